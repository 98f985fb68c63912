/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.Locale;
import java.util.Random;
import org.tminus.learning.data.Examples;

/** What the shifts share. */
final class Kinds {
    private Kinds() {}

    static <T extends Examples> T require(Examples examples, Class<T> kind, String shift, String what) {
        if (!kind.isInstance(examples)) {
            throw new IllegalArgumentException("The shift " + shift + " is for " + what + " only");
        }
        return kind.cast(examples);
    }

    /** Chance of its own for each example, the same on every machine. */
    static Random random(String id, long seed) {
        return new Random(seed * 0x9e3779b97f4a7c15L + id.hashCode());
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%s%%", plain(share * 100));
    }

    static String plain(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
