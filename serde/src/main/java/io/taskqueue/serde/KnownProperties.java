package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names by which a class knows its properties, to find a payload of another class, which would be read as an object without
 * values. Where any name may be one of the class (maps, custom deserializers, subtypes), nothing is found.
 */
final class KnownProperties {

    private static final KnownProperties ANY = new KnownProperties(false, Set.of());

    private final boolean limited;
    private final Set<String> names;

    private KnownProperties(boolean limited, Set<String> names) {
        this.limited = limited;
        this.names = names;
    }

    static KnownProperties of(JavaType javaType, ObjectMapper mapper) {
        DeserializationConfig config = mapper.getDeserializationConfig();
        BeanDescription bean = config.introspect(javaType);
        Collection<Object> read = readByDeserializer(javaType, mapper);
        if (read == null || bean.findProperties().isEmpty() || acceptsAnyName(bean, config)) {
            return ANY;
        }
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        read.forEach(name -> names.add(String.valueOf(name)));
        for (BeanPropertyDefinition property : bean.findProperties()) {
            property.findAliases().forEach(alias -> names.add(alias.getSimpleName()));
        }
        return new KnownProperties(true, names);
    }

    private static boolean acceptsAnyName(BeanDescription bean, DeserializationConfig config) {
        AnnotationIntrospector annotations = config.getAnnotationIntrospector();
        return bean.findAnySetterAccessor() != null
                || bean.findProperties().stream()
                        .anyMatch(property -> property.getPrimaryMember() != null
                                && annotations.findUnwrappingNameTransformer(property.getPrimaryMember()) != null);
    }

    /** The properties that are read; null where the class is not read property by property, or cannot be read at all. */
    private static @Nullable Collection<Object> readByDeserializer(JavaType type, ObjectMapper mapper) {
        DefaultDeserializationContext blueprint = (DefaultDeserializationContext) mapper.getDeserializationContext();
        try {
            JsonDeserializer<Object> deserializer = blueprint
                    .createDummyInstance(mapper.getDeserializationConfig())
                    .findRootValueDeserializer(type);
            return deserializer instanceof BeanDeserializerBase bean
                            && !bean.getValueInstantiator().canCreateUsingDelegate()
                    ? bean.getKnownPropertyNames()
                    : null;
        } catch (JsonMappingException unreadable) {
            return null; // reading fails with the reason
        }
    }

    /** @throws IllegalArgumentException if the value is an object that has properties, none of which is known */
    void require(byte[] json, String typeName) throws IOException {
        if (!limited) {
            return;
        }
        try (JsonParser parser = JsonFactories.PAYLOADS.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            String first = parser.nextFieldName();
            for (String name = first; name != null; name = parser.nextFieldName()) {
                if (names.contains(name)) {
                    return;
                }
                parser.nextToken();
                parser.skipChildren();
            }
            if (first != null) {
                throw new IllegalArgumentException("The payload is not one of " + typeName + ": it has the property "
                        + SanitizedText.of(first) + ", and none that can be read into this class");
            }
        }
    }
}
