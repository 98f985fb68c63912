/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** When two texts count as the same, or as near-copies. */
final class Texts {
    private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}\\p{Cc}]+");
    private static final Pattern VERSION = Pattern.compile("\\p{N}+(?:[.:~+-]\\p{N}[\\p{L}\\p{N}]*)*");
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{M}#]+");

    private Texts() {}

    /** One form of each character, single spaces, nothing around it. */
    static String normalised(String text) {
        return SPACE.matcher(Normalizer.normalize(text, Normalizer.Form.NFC))
                .replaceAll(" ")
                .strip();
    }

    /** Texts with the same form differ in numbers, versions, capitals or punctuation only. */
    static String masked(String text) {
        String numbers = VERSION.matcher(
                        Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT))
                .replaceAll("#");
        return NO_WORD.matcher(numbers).replaceAll(" ").strip();
    }
}
