package io.taskqueue.compatibility;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A compiled class: the members of other classes that it uses, read from its constant pool. */
final class ClassFile {

    private static final int UTF8 = 1;
    private static final int INTEGER = 3;
    private static final int FLOAT = 4;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final int FIELD = 9;
    private static final int METHOD = 10;
    private static final int INTERFACE_METHOD = 11;
    private static final int NAME_AND_TYPE = 12;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final int DYNAMIC = 17;
    private static final int INVOKE_DYNAMIC = 18;
    private static final int MAGIC = 0xCAFEBABE;

    private final int[] tags;
    private final int[] firsts;
    private final int[] seconds;
    private final String[] texts;
    private final String name;

    private ClassFile(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("This is no class file.");
        }
        in.skipNBytes(4);
        int count = in.readUnsignedShort();
        tags = new int[count];
        firsts = new int[count];
        seconds = new int[count];
        texts = new String[count];
        for (int i = 1; i < count; i++) {
            tags[i] = in.readUnsignedByte();
            switch (tags[i]) {
                case UTF8 -> texts[i] = in.readUTF();
                case INTEGER, FLOAT -> in.skipNBytes(4);
                case LONG, DOUBLE -> {
                    in.skipNBytes(8);
                    i++; // they take two places
                }
                case CLASS, STRING, METHOD_TYPE -> firsts[i] = in.readUnsignedShort();
                case METHOD_HANDLE -> in.skipNBytes(3);
                case FIELD, METHOD, INTERFACE_METHOD, NAME_AND_TYPE, DYNAMIC, INVOKE_DYNAMIC -> {
                    firsts[i] = in.readUnsignedShort();
                    seconds[i] = in.readUnsignedShort();
                }
                default -> throw new IOException("The constant " + i + " has an unknown tag " + tags[i] + ".");
            }
        }
        in.skipNBytes(2);
        name = className(in.readUnsignedShort());
    }

    static ClassFile of(byte[] bytes) throws IOException {
        return new ClassFile(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    /** The fields and methods of classes with one of these prefixes that the class uses or must implement, and a class loader does not have. */
    Set<String> missing(ClassLoader loader, List<String> prefixes) throws ClassNotFoundException {
        Set<String> missing = new TreeSet<>();
        for (int i = 1; i < tags.length; i++) {
            boolean field = tags[i] == FIELD;
            if (field || tags[i] == METHOD || tags[i] == INTERFACE_METHOD) {
                String owner = className(firsts[i]);
                String member = texts[firsts[seconds[i]]];
                String descriptor = texts[seconds[seconds[i]]];
                if (prefixes.stream().anyMatch(owner::startsWith)
                        && !exists(loader, owner, member, descriptor, field)) {
                    missing.add(simpleName() + " uses " + owner + "." + member + descriptor);
                }
            }
        }
        Class<?> loaded = Class.forName(name, false, loader);
        if (!Modifier.isAbstract(loaded.getModifiers())) {
            Stream.of(loaded.getMethods())
                    .filter(method -> Modifier.isAbstract(method.getModifiers()))
                    .forEach(method -> missing.add(simpleName() + " lacks " + text(method)));
        }
        return missing;
    }

    private static boolean exists(ClassLoader loader, String owner, String member, String descriptor, boolean field) {
        try {
            Class<?> type = Class.forName(owner, false, loader);
            return field ? hasField(type, member) : hasMethod(type, member, descriptor);
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    private static boolean hasField(Class<?> type, String field) {
        return ancestors(type)
                .flatMap(ancestor -> Stream.of(ancestor.getDeclaredFields()))
                .anyMatch(declared -> declared.getName().equals(field));
    }

    private static boolean hasMethod(Class<?> type, String method, String descriptor) {
        if (method.equals("<init>")) {
            return Stream.of(type.getDeclaredConstructors())
                    .anyMatch(declared -> MethodType.methodType(void.class, declared.getParameterTypes())
                            .toMethodDescriptorString()
                            .equals(descriptor));
        }
        Stream<Class<?>> declaring =
                type.isInterface() ? Stream.concat(ancestors(type), Stream.of(Object.class)) : ancestors(type);
        return declaring
                .flatMap(ancestor -> Stream.of(ancestor.getDeclaredMethods()))
                .anyMatch(declared -> declared.getName().equals(method)
                        && MethodType.methodType(declared.getReturnType(), declared.getParameterTypes())
                                .toMethodDescriptorString()
                                .equals(descriptor));
    }

    /** A type, its superclasses and all their interfaces. */
    private static Stream<Class<?>> ancestors(Class<?> type) {
        Stream<Class<?>> interfaces = Stream.of(type.getInterfaces()).flatMap(ClassFile::ancestors);
        Class<?> parent = type.getSuperclass();
        Stream<Class<?>> above = parent == null ? Stream.of() : ancestors(parent);
        return Stream.of(Stream.<Class<?>>of(type), above, interfaces).flatMap(types -> types);
    }

    private static String text(Method method) {
        return method.getName() + "("
                + String.join(
                        ", ",
                        Stream.of(method.getParameterTypes())
                                .map(Class::getName)
                                .toList())
                + ")";
    }

    private String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private String className(int constant) {
        return texts[firsts[constant]].replace('/', '.');
    }
}
