/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tminus.learning.data.Examples;
import org.tminus.tasks.TextExamples;

/**
 * Letters that change places, are left out, or come twice, each as often as the others. Labels stay.
 *
 * @param rate how likely each letter or digit is hit, 0 to 1
 */
public record TypingErrors(double rate, long seed) implements Shift {
    /** @throws IllegalArgumentException if the rate is not from 0 to 1 */
    public TypingErrors {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("A rate is from 0 to 1, not " + rate);
        }
    }

    @Override
    public String name() {
        return "typing-errors-" + Kinds.percent(rate);
    }

    @Override
    public boolean fits(Examples examples) {
        return examples instanceof TextExamples;
    }

    @Override
    public Examples apply(Examples examples) {
        TextExamples texts = Kinds.require(examples, TextExamples.class, name(), "texts");
        List<String> changed = new ArrayList<>(texts.size());
        for (int row = 0; row < texts.size(); row++) {
            changed.add(mistyped(texts.text(row), Kinds.random(texts.id(row), seed)));
        }
        return texts.withTexts(changed);
    }

    private String mistyped(String text, Random random) {
        int[] letters = text.codePoints().toArray();
        StringBuilder typed = new StringBuilder(text.length() + 4);
        for (int i = 0; i < letters.length; i++) {
            int letter = letters[i];
            if (!Character.isLetterOrDigit(letter) || random.nextDouble() >= rate) {
                typed.appendCodePoint(letter);
                continue;
            }
            int error = random.nextInt(3);
            if (error == 0 && i + 1 < letters.length && Character.isLetterOrDigit(letters[i + 1])) {
                typed.appendCodePoint(letters[++i]).appendCodePoint(letter);
            } else if (error == 1) {
                typed.appendCodePoint(letter).appendCodePoint(letter);
            }
            // Otherwise it is left out.
        }
        return typed.toString();
    }
}
