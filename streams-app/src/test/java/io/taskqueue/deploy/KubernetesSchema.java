package io.taskqueue.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.Serial;
import java.util.Map;

/**
 * The schema of Kubernetes, as generated from its OpenAPI into the classes of its Java client: a field that it does not have, a missing one
 * and a value of another type are refused. A ServiceMonitor, which is not a part of Kubernetes, is read into the model of its custom resource.
 */
final class KubernetesSchema {

    private interface Check {
        void validate(JsonElement json) throws IOException;
    }

    private record Kind(Check check, Class<?> model) {}

    private static final Map<String, Kind> KINDS = Map.of(
            "v1 Service", new Kind(V1Service::validateJsonElement, V1Service.class),
            "v1 ServiceAccount", new Kind(V1ServiceAccount::validateJsonElement, V1ServiceAccount.class),
            "apps/v1 StatefulSet", new Kind(V1StatefulSet::validateJsonElement, V1StatefulSet.class),
            "policy/v1 PodDisruptionBudget",
                    new Kind(V1PodDisruptionBudget::validateJsonElement, V1PodDisruptionBudget.class),
            "networking.k8s.io/v1 NetworkPolicy",
                    new Kind(V1NetworkPolicy::validateJsonElement, V1NetworkPolicy.class));

    private static final String SERVICE_MONITOR = "monitoring.coreos.com/v1 ServiceMonitor";

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Serial
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false; // the models would keep unknown fields
                }
            })
            .build();

    private KubernetesSchema() {}

    /** @throws Exception if the manifest does not match the schema of its kind, or its kind is not known here */
    static void validate(JsonNode manifest) throws Exception {
        String name = manifest.path("apiVersion").asText() + " "
                + manifest.path("kind").asText();
        if (name.equals(SERVICE_MONITOR)) {
            ServiceMonitor monitor = STRICT.treeToValue(manifest, ServiceMonitor.class);
            if (monitor.getSpec().getEndpoints().isEmpty() || monitor.getSpec().getSelector() == null) {
                throw new IllegalArgumentException("A ServiceMonitor has endpoints and a selector.");
            }
            return;
        }
        Kind kind = KINDS.get(name);
        if (kind == null) {
            throw new IllegalArgumentException("There is no schema for " + name + ".");
        }
        JsonElement json = JsonParser.parseString(manifest.toString());
        kind.check.validate(json);
        if (JSON.getGson().fromJson(json, kind.model) == null) {
            throw new IllegalArgumentException("The manifest is empty.");
        }
    }
}
