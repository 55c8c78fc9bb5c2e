package io.taskqueue.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

/** What a user's compiler sees of a public type. */
final class PublicSignatures {

    private PublicSignatures() {}

    /** Holds for a public type with a public method or constructor that names a type of a package. */
    static ArchCondition<JavaClass> mention(String packagePrefix) {
        return new ArchCondition<>("mention " + packagePrefix + " in a public signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                for (JavaCodeUnit unit : type.getCodeUnits()) {
                    boolean shown = unit.getModifiers().contains(JavaModifier.PUBLIC)
                            && Stream.concat(unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
                                    .anyMatch(seen -> seen.getPackageName().startsWith(packagePrefix));
                    if (shown) {
                        events.add(
                                SimpleConditionEvent.satisfied(unit, unit.getFullName() + " shows " + packagePrefix));
                    }
                }
            }
        };
    }
}
