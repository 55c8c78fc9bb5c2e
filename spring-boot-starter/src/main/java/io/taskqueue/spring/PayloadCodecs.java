package io.taskqueue.spring;

import io.taskqueue.serde.PayloadCodec;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;

/** The codecs of payloads: a bean of the application for that type, or JSON. Thread-safe. */
final class PayloadCodecs {

    private final BeanFactory beans;

    PayloadCodecs(BeanFactory beans) {
        this.beans = beans;
    }

    @SuppressWarnings("unchecked") // the type argument of the bean is the type
    <T> PayloadCodec<T> of(Class<T> payload) {
        return (PayloadCodec<T>) of(ResolvableType.forClass(payload), "the payloads of type " + payload.getName());
    }

    /**
     * The codec of a type, which may be generic.
     *
     * @param what the payloads, for the error message
     */
    PayloadCodec<?> of(ResolvableType payload, String what) {
        List<Object> declared = beans.getBeanProvider(ResolvableType.forClassWithGenerics(PayloadCodec.class, payload))
                .orderedStream()
                .toList();
        if (declared.size() == 1) {
            return (PayloadCodec<?>) declared.get(0);
        }
        if (declared.size() > 1) {
            throw new TaskQueueConfigurationException("There are " + declared.size() + " beans PayloadCodec<" + payload
                    + "> for " + what + ". Declare one.");
        }
        Class<?> type = payload.resolve();
        if (type == null || payload.hasGenerics()) {
            throw new TaskQueueConfigurationException("There is no codec for " + what + ", whose type is " + payload
                    + ". Declare a bean PayloadCodec<" + payload + ">, or use a class without type arguments.");
        }
        return PayloadCodec.json(type);
    }
}
