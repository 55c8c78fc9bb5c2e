package io.taskqueue.streams.clients;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.kafka.clients.admin.Admin;

/**
 * The admin client of Kafka Streams. It describes the sink's topics when it assigns partitions, and ends all instances where a changelog
 * topic has fewer partitions than the event topic, to which partitions were added. So those are added before it looks.
 */
public final class TopicFittingAdmin implements InvocationHandler {

    private final Admin admin;
    private final EventTopic eventTopic;

    private TopicFittingAdmin(Admin admin, EventTopic eventTopic) {
        this.admin = admin;
        this.eventTopic = eventTopic;
    }

    /** Wraps the client that sends the requests. */
    public static Admin wrap(Admin admin, EventTopic eventTopic) {
        return (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, new TopicFittingAdmin(admin, eventTopic));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("describeTopics")) {
            eventTopic.refresh();
        }
        try {
            return method.invoke(admin, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
