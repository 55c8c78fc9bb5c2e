package io.taskqueue.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Classes of one package that all need each other: none of them can be understood or changed without the others. */
final class ClassCycles extends ArchCondition<JavaClass> {

    private final int limit;
    private final Map<String, Set<String>> uses = new TreeMap<>();

    private ClassCycles(int limit) {
        super("not be in a cycle of more than " + limit + " classes of their package");
        this.limit = limit;
    }

    /** Holds for a class that is in a cycle of at most so many classes; nested classes count as their outermost class. */
    static ArchCondition<JavaClass> notHaveMoreClassesThan(int limit) {
        return new ClassCycles(limit);
    }

    @Override
    public void init(Collection<JavaClass> classes) {
        uses.clear();
        for (JavaClass type : classes) {
            Set<String> used = uses.computeIfAbsent(outermost(type), name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().equals(type.getPackageName()))
                    .map(ClassCycles::outermost)
                    .forEach(used::add);
        }
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        if (type.getEnclosingClass().isPresent()) {
            return;
        }
        String self = type.getName();
        Set<String> cycle = reachable(self).stream()
                .filter(other -> reachable(other).contains(self))
                .collect(Collectors.toCollection(TreeSet::new));
        if (cycle.size() > limit) {
            events.add(SimpleConditionEvent.violated(type, self + " is in a cycle of " + cycle.size() + ": " + cycle));
        }
    }

    private Set<String> reachable(String from) {
        Set<String> found = new HashSet<>();
        Deque<String> next = new ArrayDeque<>(uses.getOrDefault(from, Set.of()));
        while (!next.isEmpty()) {
            String type = next.remove();
            if (found.add(type)) {
                next.addAll(uses.getOrDefault(type, Set.of()));
            }
        }
        return found;
    }

    private static String outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer.getName();
    }
}
