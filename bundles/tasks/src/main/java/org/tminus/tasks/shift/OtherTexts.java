/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.tminus.learning.data.Examples;
import org.tminus.tasks.TextExamples;

/**
 * Texts of another domain in place of those of the task. Nobody knows their class (-1): what can be seen is whether adaptive
 * answers still agree with full depth.
 *
 * @param name of the domain
 * @param texts as many as wanted, whatever the number of examples
 */
public record OtherTexts(String name, List<String> texts) implements Shift {
    /** Copies the list. @throws IllegalArgumentException if it is empty */
    public OtherTexts {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("There are no texts of the domain " + name);
        }
    }

    /**
     * The names of characters in Unicode, such as "latin small letter a with acute", as the Java platform has them: short
     * English texts about something else, on every machine. A newer platform knows more of them.
     *
     * @param count how many, at most about 20,000
     */
    public static OtherTexts unicodeCharacterNames(int count, long seed) {
        List<String> names = new ArrayList<>();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            // Ideographs and syllables have their number for a name, or next to nothing else.
            if (Character.isDefined(point)
                    && !Character.isIdeographic(point)
                    && Character.UnicodeScript.of(point) != Character.UnicodeScript.HANGUL
                    && Character.getType(point) != Character.PRIVATE_USE
                    && Character.getType(point) != Character.SURROGATE) {
                String name = Character.getName(point);
                if (name != null) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
        }
        // Specified to the bit, so that a platform of the same Unicode version gives the same texts.
        Random random = new Random(seed);
        List<String> chosen = new ArrayList<>(count);
        while (chosen.size() < count && !names.isEmpty()) {
            int at = random.nextInt(names.size());
            chosen.add(names.get(at));
            names.set(at, names.get(names.size() - 1));
            names.remove(names.size() - 1);
        }
        return new OtherTexts("unicode-character-names", chosen);
    }

    @Override
    public boolean fits(Examples examples) {
        return examples instanceof TextExamples;
    }

    @Override
    public Examples apply(Examples examples) {
        return Kinds.require(examples, TextExamples.class, name, "texts").ofOtherTexts(texts);
    }
}
