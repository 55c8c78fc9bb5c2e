package io.taskqueue.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The public types in two parts: the API, whose changes users see, and the types that are public only for another package of this
 * project.
 *
 * @param api the names of the types of the API, in order
 * @param internal the names of all other public types, in order
 */
record PublicApi(Set<String> api, Set<String> internal) {

    private static final String API = "# The API";
    private static final String INTERNAL = "# Public for other packages of this project, not part of the API";

    PublicApi {
        api = new TreeSet<>(api);
        internal = new TreeSet<>(internal);
    }

    static PublicApi read(Path file) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.removeIf(String::isBlank);
        int internal = lines.indexOf(INTERNAL);
        if (lines.indexOf(API) != 0 || internal < 0) {
            throw new IllegalStateException(
                    file + " must have the two headings '" + API + "' and '" + INTERNAL + "'. Restore them.");
        }
        return new PublicApi(
                Set.copyOf(lines.subList(1, internal)), Set.copyOf(lines.subList(internal + 1, lines.size())));
    }

    /** The public types found, divided as this list divides them; types that it does not contain are internal. */
    PublicApi updatedWith(JavaClasses classes) {
        Set<String> found = new TreeSet<>();
        classes.stream().filter(PublicApi::isPublic).map(PublicApi::nameOf).forEach(found::add);
        Set<String> apiFound = new TreeSet<>(found);
        apiFound.retainAll(api);
        found.removeAll(apiFound);
        return new PublicApi(apiFound, found);
    }

    boolean contains(JavaClass type) {
        return api.contains(nameOf(type));
    }

    String text() {
        return API + "\n" + String.join("\n", api) + "\n\n" + INTERNAL + "\n" + String.join("\n", internal) + "\n";
    }

    private static String nameOf(JavaClass type) {
        return type.getName().replace('$', '.');
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.isAnonymousClass()
                && type.getEnclosingClass().map(PublicApi::isPublic).orElse(true);
    }
}
