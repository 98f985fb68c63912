/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.shell.internal.report.CommandFailure;

/**
 * The words of a command line from the first argument on. The shell reads options only before the first argument; people
 * write them behind it, too, so what follows is read here. Not thread-safe.
 */
final class Words {
    private final Map<String, Setter> options = new LinkedHashMap<>();

    /** Takes an option's value. */
    interface Setter {
        void set(String value) throws CommandFailure;
    }

    private record Flag(Runnable action) implements Setter {
        @Override
        public void set(String value) {
            action.run();
        }
    }

    Words option(String name, Setter setter) {
        options.put(name, setter);
        return this;
    }

    Words flag(String name, Runnable action) {
        options.put(name, new Flag(action));
        return this;
    }

    /**
     * Sets the options among the words.
     *
     * @param most how many arguments there may be
     * @return the words that are no options
     * @throws CommandFailure if an option is unknown or has no value, or there are too many arguments
     */
    List<String> read(List<String> words, int most) throws CommandFailure {
        List<String> arguments = new ArrayList<>();
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (!word.startsWith("--")) {
                arguments.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Setter setter = options.get(name);
            if (setter == null) {
                throw new CommandFailure(
                        "There is no option " + name + ".", "Options: " + String.join(", ", options.keySet()) + ".");
            }
            if (equals >= 0) {
                setter.set(word.substring(equals + 1));
            } else if (setter instanceof Flag || rest.hasNext()) {
                setter.set(setter instanceof Flag ? "" : rest.next());
            } else {
                throw new CommandFailure("The option " + name + " has no value.", "Write " + name + " VALUE.");
            }
        }
        if (arguments.size() > most) {
            throw new CommandFailure("'" + arguments.get(most) + "' is one argument too many.", "See --help.");
        }
        return arguments;
    }

    /** A number behind an option. */
    static double number(String option, String value) throws CommandFailure {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new CommandFailure("The option " + option + " is '" + value + "'.", "Give a number.", e);
        }
    }

    /** A whole number behind an option. */
    static long whole(String option, String value) throws CommandFailure {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new CommandFailure("The option " + option + " is '" + value + "'.", "Give a whole number.", e);
        }
    }
}
