/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command as its user gave it, to be pasted into a shell. Of absolute paths, which say where things lay on one machine, only
 * the last name is left, and a remark says so.
 */
final class GivenCommand {
    /** What a shell takes as it is. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private static final Pattern OPTION = Pattern.compile("--?[A-Za-z][A-Za-z-]*=");

    private GivenCommand() {}

    /** @param arguments after {@code ./tminus}, the name of the command included */
    static String of(List<String> arguments) {
        List<String> words = new ArrayList<>(List.of("./tminus"));
        List<String> shortened = new ArrayList<>();
        for (String argument : arguments) {
            var option = OPTION.matcher(argument);
            String name = option.lookingAt() ? option.group() : "";
            String value = argument.substring(name.length());
            if (isAbsolute(value)) {
                value = last(value);
                shortened.add(value);
            }
            words.add(quoted(name + value));
        }
        String command = String.join(" ", words);
        return shortened.isEmpty()
                ? command
                : command + "  # given with their folders, left out here: " + String.join(", ", shortened);
    }

    private static boolean isAbsolute(String value) {
        return value.startsWith("/") || value.startsWith("\\\\") || value.matches("[A-Za-z]:[/\\\\].*");
    }

    private static String last(String path) {
        String[] names = path.split("[/\\\\]+");
        return names.length == 0 ? "" : names[names.length - 1];
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
