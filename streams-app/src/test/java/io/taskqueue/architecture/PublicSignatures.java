package io.taskqueue.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a user's compiler sees of a public type: its supertypes, and the types of its public and protected members. */
final class PublicSignatures {

    private PublicSignatures() {}

    /** Holds for a public type that shows a type that the predicate matches. */
    static ArchCondition<JavaClass> show(String description, Predicate<JavaClass> unwanted) {
        return new ArchCondition<>("show " + description + " in a public signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                supertypes(type)
                        .filter(unwanted)
                        .forEach(shown -> events.add(SimpleConditionEvent.satisfied(
                                type, type.getFullName() + " extends or implements " + shown.getFullName())));
                for (JavaMember member : type.getMembers()) {
                    if (visible(member)) {
                        typesOf(member)
                                .filter(unwanted)
                                .distinct()
                                .forEach(shown -> events.add(SimpleConditionEvent.satisfied(
                                        member, member.getFullName() + " shows " + shown.getFullName())));
                    }
                }
            }
        };
    }

    private static boolean visible(JavaMember member) {
        return (member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
                && !member.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static Stream<JavaClass> supertypes(JavaClass type) {
        return Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                .flatMap(superType -> superType.getAllInvolvedRawTypes().stream());
    }

    private static Stream<JavaClass> typesOf(JavaMember member) {
        Stream<JavaType> types;
        if (member instanceof JavaField field) {
            types = Stream.of(field.getType());
        } else {
            JavaCodeUnit unit = (JavaCodeUnit) member;
            types = Stream.of(unit.getParameterTypes(), unit.getExceptionTypes())
                    .flatMap(each -> each.stream().map(JavaType.class::cast));
            types = Stream.concat(types, Stream.of(unit.getReturnType()));
        }
        return types.flatMap(shown -> shown.getAllInvolvedRawTypes().stream()).map(JavaClass::getBaseComponentType);
    }
}
