/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.tasks.KnownDifficulty;
import org.tminus.tasks.PictureExamples;
import org.tminus.tasks.PictureInput;
import org.tminus.tasks.PictureSet;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.SmallTokenizer;
import org.tminus.tasks.SplitSizes;
import org.tminus.tasks.TextExamples;
import org.tminus.tasks.TextFile;
import org.tminus.tasks.TextInput;

class ShiftsTest {
    @TempDir
    Path folder;

    private TextExamples texts() throws Exception {
        StringBuilder csv = new StringBuilder("text,label\n");
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            csv.append("the quick ");
            for (int letter = 0; letter < 8; letter++) {
                csv.append((char) ('a' + random.nextInt(26)));
            }
            csv.append(" editor,").append(i % 2 == 0 ? "a" : "b").append('\n');
        }
        Path file = Files.writeString(folder.resolve("texts.csv"), csv);
        return (TextExamples)
                TextFile.load(file, TextFile.Columns.DEFAULT, List.of(), SmallTokenizer.json(), TextInput.BERT, 1)
                        .accessFor(Purpose.TRAINING)
                        .open(Split.TRUNK);
    }

    private static PictureSet pictures() {
        byte[] pixels = new byte[20 * 20];
        for (int i = 0; i < pixels.length; i++) {
            // A white upright bar on black.
            pixels[i] = (byte) (i % 20 >= 8 && i % 20 < 12 && i / 20 >= 3 && i / 20 < 17 ? 255 : 0);
        }
        return new PictureSet(
                30,
                row -> "p" + row,
                row -> "pair " + row / 2,
                row -> row % 3,
                row -> new Display.Picture(20, 20, 1, pixels),
                new PictureInput("x", 1, 20, 20, 1, List.of(0.0), List.of(1.0), true));
    }

    @Test
    void typingErrorsChangeAboutAsManyTextsAsTheRateSays() throws Exception {
        TextExamples before = texts();
        TextExamples after = (TextExamples) new TypingErrors(0.05, 9).apply(before);
        int changed = 0;
        for (int row = 0; row < before.size(); row++) {
            assertThat(after.id(row)).isEqualTo(before.id(row));
            assertThat(after.label(row)).isEqualTo(before.label(row));
            assertThat(after.group(row)).isEqualTo(before.group(row)).isNotEqualTo(before.id(row));
            assertThat(Math.abs(after.text(row).length() - before.text(row).length()))
                    .isLessThan(10);
            changed += after.text(row).equals(before.text(row)) ? 0 : 1;
        }
        // 22 letters each: one minus 0.95 to the 22nd is 68 %.
        assertThat((double) changed / before.size()).isBetween(0.5, 0.85);
        TextExamples again = (TextExamples) new TypingErrors(0.05, 9).apply(before);
        TextExamples other = (TextExamples) new TypingErrors(0.05, 10).apply(before);
        assertThat(all(again)).isEqualTo(all(after));
        assertThat(all(other)).isNotEqualTo(all(after));
        assertThat(all((TextExamples) new TypingErrors(0, 9).apply(before))).isEqualTo(all(before));
        assertThat(after.inputs(new int[] {0, 1})).containsOnlyKeys("input_ids", "attention_mask", "token_type_ids");
        assertThatIllegalArgumentException().isThrownBy(() -> new TypingErrors(Double.NaN, 1));
    }

    private static List<String> all(TextExamples texts) {
        List<String> all = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            all.add(texts.text(row));
        }
        return all;
    }

    @Test
    void otherTextsHaveNoLabels() throws Exception {
        OtherTexts names = OtherTexts.unicodeCharacterNames(500, 3);
        assertThat(names.texts()).hasSize(500).doesNotHaveDuplicates();
        assertThat(OtherTexts.unicodeCharacterNames(500, 3)).isEqualTo(names);
        Examples examples = names.apply(texts());
        assertThat(examples.size()).isEqualTo(500);
        assertThat(examples.label(499)).isEqualTo(-1);
        assertThat(examples.length(0)).isGreaterThan(2);
        assertThat(examples.id(0)).isNotEqualTo(examples.id(1));
    }

    @Test
    void picturesAreBlurredButNoneOfTheirLightIsLost() {
        byte[] before = pictures().picture(0).pixels();
        byte[] after = changed(PictureShift.blur(1), 0).pixels();
        assertThat(sum(after)).isCloseTo(sum(before), org.assertj.core.data.Percentage.withPercentage(1));
        assertThat(after[10 * 20 + 7] & 0xff).isBetween(30, 130);
        assertThat(after[10 * 20 + 10] & 0xff).isLessThan(255);
    }

    @Test
    void noiseHasTheDeviationAskedFor() {
        PictureShift noise = PictureShift.noise(10, 4);
        Examples shifted = noise.apply(grey());
        double squares = 0;
        byte[] pixels = ((PictureExamples) shifted).picture(2).pixels();
        for (byte pixel : pixels) {
            squares += Math.pow((pixel & 0xff) - 128, 2);
        }
        assertThat(Math.sqrt(squares / pixels.length)).isBetween(9.0, 11.0);
        assertThat(((PictureExamples) noise.apply(grey())).picture(2).pixels()).isEqualTo(pixels);
        assertThat(((PictureExamples) shifted).picture(3).pixels()).isNotEqualTo(pixels);
    }

    private static PictureSet grey() {
        byte[] pixels = new byte[40 * 40];
        Arrays.fill(pixels, (byte) 128);
        return new PictureSet(
                4,
                row -> "g" + row,
                row -> 0,
                row -> new Display.Picture(40, 40, 1, pixels),
                new PictureInput("x", 1, 40, 40, 1, List.of(0.0), List.of(1.0), true));
    }

    @Test
    void contrastMovesGreysTowardsTheirMean() {
        byte[] before = pictures().picture(0).pixels();
        byte[] after = changed(PictureShift.contrast(0.5), 0).pixels();
        assertThat((after[10 * 20 + 10] & 0xff) - (after[0] & 0xff)).isBetween(127, 128);
        assertThat(sum(after)).isCloseTo(sum(before), org.assertj.core.data.Percentage.withPercentage(1));
        assertThat(changed(PictureShift.contrast(1), 0).pixels()).isEqualTo(before);
    }

    @Test
    void aQuarterTurnLaysTheBarDown() {
        byte[] before = pictures().picture(0).pixels();
        byte[] after = changed(PictureShift.rotation(90, 5), 0).pixels();
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 20; x++) {
                assertThat(after[y * 20 + x] & 0xff)
                        .isCloseTo(before[x * 20 + y] & 0xff, org.assertj.core.data.Offset.offset(1));
            }
        }
        assertThat(changed(PictureShift.rotation(0, 5), 0).pixels()).isEqualTo(before);
    }

    private static Display.Picture changed(Shift shift, int row) {
        PictureExamples examples = (PictureExamples) shift.apply(pictures());
        assertThat(examples.label(4)).isEqualTo(1);
        assertThat(examples.group(5)).isEqualTo("pair 2");
        assertThat(examples.inputs(new int[] {row})).containsOnlyKeys("x");
        return examples.picture(row);
    }

    private static double sum(byte[] pixels) {
        double sum = 0;
        for (byte pixel : pixels) {
            sum += pixel & 0xff;
        }
        return sum;
    }

    @Test
    void theHardestAloneAreLeft() {
        Examples all = PointerChase.generate(1, new SplitSizes(10, 10, 10, 600))
                .accessFor(Purpose.REPORTING)
                .open(Split.TEST);
        KnownDifficulty hardest = (KnownDifficulty) new HardestOnly().apply(all);
        assertThat(hardest.size()).isBetween(60, 140);
        for (int row = 0; row < hardest.size(); row++) {
            assertThat(hardest.difficulty(row)).isEqualTo(6);
            assertThat(hardest.group(row)).isEqualTo(hardest.id(row));
        }
        assertThat(hardest.inputs(new int[] {0, 1})).containsOnlyKeys("tokens");
    }

    @Test
    void onlyWhatFitsIsOffered() throws Exception {
        assertThat(Shifts.standard(texts(), 1))
                .extracting(Shift::name)
                .containsExactly("typing-errors-5%", "typing-errors-15%", "unicode-character-names");
        assertThat(Shifts.standard(pictures(), 1))
                .extracting(Shift::name)
                .containsExactly("blur-1", "noise-25", "contrast-0.5", "rotation-15");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HardestOnly().apply(pictures()))
                .withMessageContaining("hardest-only");
    }
}
