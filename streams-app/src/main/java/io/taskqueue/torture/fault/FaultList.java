package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.torture.fault.FaultKind.Area;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The faults that a user selects: names of kinds and of areas, separated by commas, or {@code none}. */
public record FaultList(Set<FaultKind> kinds) {

    /** All faults. */
    public static final FaultList ALL = new FaultList(EnumSet.allOf(FaultKind.class));

    public FaultList {
        kinds = Set.copyOf(kinds);
    }

    /** Without one kind. */
    public FaultList without(FaultKind kind) {
        Set<FaultKind> others = EnumSet.noneOf(FaultKind.class);
        others.addAll(kinds);
        others.remove(kind);
        return new FaultList(others);
    }

    /** Reads the value of the option. */
    public static final class Text implements OptionValue<FaultList> {

        private static final String NONE = "none";

        @Override
        public FaultList parse(String text) {
            Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
            if (!text.strip().equals(NONE)) {
                for (String part : text.split(",", -1)) {
                    String name = part.strip().toLowerCase(Locale.ROOT);
                    area(name)
                            .ifPresentOrElse(
                                    area -> kinds.addAll(FaultKind.of(area)), () -> kinds.add(FaultKind.parse(name)));
                }
            }
            return new FaultList(kinds);
        }

        private static Optional<Area> area(String name) {
            return Arrays.stream(Area.values())
                    .filter(area -> area.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst();
        }
    }
}
