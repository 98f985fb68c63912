/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.List;
import java.util.stream.Stream;
import org.tminus.learning.data.Examples;

/** The shifts that reports show. */
public final class Shifts {
    private static final int OTHER_TEXTS = 4_000;

    private Shifts() {}

    /**
     * Those that fit the examples: typing errors (5 and 15 %) and the names of Unicode characters for texts; blur, noise,
     * contrast and rotation for pictures; the hardest alone where difficulty is known.
     */
    public static List<Shift> standard(Examples examples, long seed) {
        return Stream.of(
                        new TypingErrors(0.05, seed),
                        new TypingErrors(0.15, seed),
                        OtherTexts.unicodeCharacterNames(OTHER_TEXTS, seed),
                        PictureShift.blur(1),
                        PictureShift.noise(25, seed),
                        PictureShift.contrast(0.5),
                        PictureShift.rotation(15, seed),
                        new HardestOnly())
                .filter(shift -> shift.fits(examples))
                .toList();
    }
}
