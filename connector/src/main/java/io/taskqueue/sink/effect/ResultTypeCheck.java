package io.taskqueue.sink.effect;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.AbstractDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.ContainerDeserializerBase;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether values of a class can be written as JSON and read back, decided without a value: looks at the class and, deeply, at the
 * types of its properties. What depends on the value itself is found only when there is one. For one check; not thread-safe.
 */
final class ResultTypeCheck {

    private final ObjectMapper mapper;
    private final Set<JavaType> seen = new HashSet<>();

    ResultTypeCheck(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Why values of the class cannot be recorded as results; empty if they can. */
    Optional<String> problem(Class<?> type) {
        Class<?> component = type;
        while (component.isArray()) {
            component = component.getComponentType();
        }
        // a list or a map is read back as plain JSON; any other class expects values of its type parameters
        if (component.getTypeParameters().length > 0
                && !Map.class.isAssignableFrom(component)
                && !Collection.class.isAssignableFrom(component)) {
            return Optional.of(
                    "the class " + component.getName() + " has type parameters, which a recorded result does not have");
        }
        return problem((Type) component);
    }

    /** Why values of a type, whose type arguments are known, cannot be recorded as results; empty if they can. */
    Optional<String> problem(Type type) {
        try {
            return problem(mapper.constructType(type));
        } catch (JsonMappingException unusable) {
            return Optional.of(unusable.getOriginalMessage());
        } catch (RuntimeException | LinkageError unusable) { // an annotation or a class that cannot be loaded
            return Optional.of(String.valueOf(unusable));
        }
    }

    private Optional<String> problem(JavaType type) throws JsonMappingException {
        if (type.getRawClass() == void.class || type.getRawClass() == Void.class) {
            return Optional.empty();
        }
        if (mapper.getDeserializationConfig().findTypeDeserializer(type) != null) {
            return Optional.empty(); // its annotations name the classes that it is read as
        }
        DeserializationContext context = ((DefaultDeserializationContext) mapper.getDeserializationContext())
                .createDummyInstance(mapper.getDeserializationConfig());
        return problem(type, context.findNonContextualValueDeserializer(type));
    }

    private Optional<String> problem(JavaType type, @Nullable JsonDeserializer<?> reader) throws JsonMappingException {
        String name = type.getRawClass().getName();
        if (reader instanceof AbstractDeserializer) {
            return Optional.of("values of " + name + " cannot be read back, because it is abstract or an interface");
        }
        if (reader instanceof ContainerDeserializerBase<?> container && type.getContentType() != null) {
            JsonDeserializer<?> content = container.getContentDeserializer();
            if (content == null) { // that of a container that is no property
                return seen.add(type) ? problem(type.getContentType()) : Optional.empty();
            }
            return problem(type.getContentType(), content);
        }
        if (!(reader instanceof BeanDeserializerBase bean) || !seen.add(type)) {
            return Optional.empty();
        }
        SerializerProvider writers = mapper.getSerializerProviderInstance();
        JsonSerializer<?> writer = writers.findValueSerializer(type);
        if (type.isConcrete() && writers.isUnknownTypeSerializer(writer)) {
            return Optional.of("values of " + name + " cannot be written, because the class has no properties");
        }
        ValueInstantiator creator = bean.getValueInstantiator();
        boolean fromObject = creator.canCreateUsingDefault()
                || creator.canCreateFromObjectWith()
                || creator.canCreateUsingDelegate();
        if (writer instanceof BeanSerializerBase ? !fromObject : !creator.canInstantiate()) {
            return Optional.of("values of " + name
                    + " cannot be read back, because the class has no constructor that its JSON could be passed to");
        }
        Iterator<SettableBeanProperty> properties = bean.properties();
        while (properties.hasNext()) {
            SettableBeanProperty property = properties.next();
            Optional<String> problem = property.hasValueTypeDeserializer()
                    ? Optional.empty()
                    : problem(property.getType(), property.getValueDeserializer());
            if (problem.isPresent()) {
                return problem.map(text -> text + " (property " + property.getName() + ")");
            }
        }
        return Optional.empty();
    }
}
