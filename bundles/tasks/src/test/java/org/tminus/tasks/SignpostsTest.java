/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tasks.shift.HardestOnly;
import org.tminus.tasks.shift.PictureShift;
import org.tminus.tasks.shift.Shift;
import org.tminus.tasks.shift.Shifts;
import org.tminus.tensor.HostTensor;

class SignpostsTest {
    private static final SplitSizes SMALL = new SplitSizes(2_000, 300, 600, 300);
    private static final int TILE = 14;
    private static final int WIDTH = 70;
    private static final int HEIGHT = 42;

    private final PictureExamples pictures = (PictureExamples) Samples.open(Signposts.generate(1, SMALL), Split.TRUNK);

    @Test
    void whoReadsThePictureFindsTheAnswer() {
        for (int row = 0; row < 300; row++) {
            Seen seen = Seen.of(pictures.picture(row));
            assertThat(seen.end()).as(pictures.id(row)).isEqualTo(pictures.label(row));
            assertThat(seen.hops()).as(pictures.id(row)).isEqualTo(difficulty(pictures, row));
        }
    }

    @Test
    void everyNodeIsOnTheOneRing() {
        for (int row = 0; row < 300; row++) {
            int[] next = Seen.of(pictures.picture(row)).next();
            Set<Integer> reached = new HashSet<>();
            int at = 0;
            for (int hop = 0; hop < next.length; hop++) {
                at = next[at];
                reached.add(at);
            }
            assertThat(reached).hasSize(14);
        }
    }

    @Test
    void theModelTakesTheNormalisedPicture() {
        int[] rows = {7, 0, 1_999};
        HostTensor tensor = Samples.input(pictures, "pixels", rows);
        assertThat(tensor.shape().toArray()).containsExactly(3, 1, HEIGHT, WIDTH);
        FloatBuffer values = tensor.buffer().asFloatBuffer();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < rows.length; i++) {
            byte[] pixels = pictures.picture(rows[i]).pixels();
            for (int pixel = 0; pixel < pixels.length; pixel++) {
                float value = values.get(i * pixels.length + pixel);
                assertThat(value).isEqualTo((float) (((pixels[pixel] & 0xff) / 255.0 - 0.32) / 0.22));
                sum += value;
                squares += value * value;
            }
        }
        double count = 3 * WIDTH * HEIGHT;
        assertThat(sum / count).isBetween(-0.4, 0.4);
        assertThat(Math.sqrt(squares / count)).isBetween(0.8, 1.2);
    }

    @Test
    void thePictureOfAnInputIsAlwaysTheSame() {
        PictureExamples again = (PictureExamples)
                Samples.open(Signposts.generate(1, new SplitSizes(2_500, 200, 600, 300)), Split.TRUNK);
        for (int row : new int[] {0, 1_999, 5}) {
            Display.Picture picture = pictures.picture(row);
            assertThat(((Display.Picture) pictures.display(row)).pixels()).isEqualTo(picture.pixels());
            assertThat(again.picture(row).pixels()).isEqualTo(picture.pixels());
        }
    }

    @Test
    void chanceDiffersFromPictureToPicture() {
        Set<Integer> darkest = new HashSet<>();
        Set<Integer> lightest = new HashSet<>();
        for (int row = 0; row < 100; row++) {
            int[] greys = new int[256];
            for (byte pixel : pictures.picture(row).pixels()) {
                greys[pixel & 0xff]++;
            }
            darkest.add(quantile(greys, 0.2));
            lightest.add(quantile(greys, 0.95));
        }
        assertThat(darkest).hasSizeGreaterThan(15);
        assertThat(lightest).hasSizeGreaterThan(20);
    }

    private static int quantile(int[] greys, double share) {
        int count = 0;
        int grey = -1;
        while (count < share * WIDTH * HEIGHT) {
            count += greys[++grey];
        }
        return grey;
    }

    @Test
    void everyHopCountAndClassIsAboutAsFrequent() {
        Map<Integer, Integer> hops = new TreeMap<>();
        Map<Integer, Integer> labels = new TreeMap<>();
        for (int row = 0; row < pictures.size(); row++) {
            hops.merge(difficulty(pictures, row), 1, Integer::sum);
            labels.merge(pictures.label(row), 1, Integer::sum);
        }
        assertThat(hops.keySet()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(hops.values()).allSatisfy(count -> assertThat(count).isBetween(260, 410));
        assertThat(labels).hasSize(14);
        assertThat(labels.values()).allSatisfy(count -> assertThat(count).isBetween(90, 200));
    }

    @Test
    void noInputIsInTwoSplitsWhateverTheSizes() {
        Map<String, Split> splits = new HashMap<>();
        for (SplitSizes sizes : new SplitSizes[] {SMALL, new SplitSizes(60_000, 30_000, 100_000, 50_000)}) {
            TaskData data = Signposts.generate(3, sizes);
            for (Split split : Split.values()) {
                Set<String> ids = new HashSet<>(Samples.ids(data, split));
                assertThat(ids).hasSize(sizes.of(split));
                for (String id : ids) {
                    Split before = splits.put(id, split);
                    if (before != null && before != split) {
                        throw new AssertionError(id + " is in " + before + " and " + split);
                    }
                }
            }
        }
    }

    @Test
    void theSeedDecidesEverything() {
        TaskData first = Signposts.generate(4, SMALL);
        TaskData other = Signposts.generate(5, SMALL);
        assertThat(Signposts.generate(4, SMALL).description()).isEqualTo(first.description());
        assertThat(first.description().labels())
                .startsWith("A", "B")
                .endsWith("N")
                .hasSize(14);
        assertThat(other.description().sha256())
                .isNotEqualTo(first.description().sha256());
        assertThat(Samples.ids(other, Split.TRUNK)).isNotEqualTo(Samples.ids(first, Split.TRUNK));
    }

    @Test
    void changedPicturesAreAsDifficultAsBefore() {
        Shift contrast = PictureShift.contrast(0.5);
        assertThat(contrast.fits(pictures)).isTrue();
        Examples changed = contrast.apply(pictures);
        for (int row = 0; row < 50; row++) {
            assertThat(difficulty(changed, row)).isEqualTo(difficulty(pictures, row));
            assertThat(changed.label(row)).isEqualTo(pictures.label(row));
            assertThat(((PictureExamples) changed).picture(row).pixels())
                    .isNotEqualTo(pictures.picture(row).pixels());
        }
    }

    @Test
    void theHardestCanBeChosen() {
        Shift hardest = new HardestOnly();
        assertThat(hardest.fits(pictures)).isTrue();
        Examples chosen = hardest.apply(pictures);
        assertThat(chosen.size()).isBetween(260, 410);
        for (int row = 0; row < chosen.size(); row++) {
            assertThat(difficulty(chosen, row)).isEqualTo(6);
        }
        assertThat(Shifts.standard(pictures, 1))
                .extracting(Shift::name)
                .containsExactly("blur-1", "noise-25", "contrast-0.5", "rotation-15", "hardest-only");
    }

    @Test
    void trainingGetsNeitherCalibrationNorTest() {
        TaskData.Access access = Signposts.generate(6, SMALL).accessFor(Purpose.TRAINING);
        assertThat(access.open(Split.DECISION).size()).isEqualTo(300);
        org.assertj.core.api.Assertions.assertThatExceptionOfType(org.tminus.learning.data.SplitAccessException.class)
                .isThrownBy(() -> access.open(Split.TEST));
    }

    private static int difficulty(Examples examples, int row) {
        return ((KnownDifficulty) examples).difficulty(row);
    }

    /** What somebody reads who compares every tile with every letter, wherever it may stand. */
    private record Seen(int start, int hops, int[] next) {
        static Seen of(Display.Picture picture) {
            int[] next = new int[14];
            for (int node = 0; node < next.length; node++) {
                next[node] = letter(tile(picture, node + 1), 12, 1, 4);
            }
            double[] question = tile(picture, 0);
            return new Seen(letter(question, 7, 0, 1), bars(question), next);
        }

        int end() {
            int at = start;
            for (int hop = 0; hop < hops; hop++) {
                at = next[at];
            }
            return at;
        }

        private static double[] tile(Display.Picture picture, int tile) {
            double[] values = new double[TILE * TILE];
            for (int y = 0; y < TILE; y++) {
                for (int x = 0; x < TILE; x++) {
                    int at = (tile / 5 * TILE + y) * WIDTH + tile % 5 * TILE + x;
                    values[y * TILE + x] = picture.pixels()[at] & 0xff;
                }
            }
            return values;
        }

        /** The letter whose image is the most like the tile's, by correlation over the rows that letters may be in. */
        private static int letter(double[] tile, int height, int top, int places) {
            int best = -1;
            double most = 0;
            for (int letter = 0; letter < 14; letter++) {
                for (int place = 0; place < places; place++) {
                    double[] ink = new double[(places == 1 ? height : TILE) * TILE];
                    for (int i = 0; i < ink.length; i++) {
                        double x = i % TILE - 2 - place % 2 / 2.0;
                        ink[i] = Letters.ink(letter, x, i / TILE - top - place / 2 / 2.0, 10, height);
                    }
                    double likeness = correlation(ink, tile);
                    if (likeness > most) {
                        most = likeness;
                        best = letter;
                    }
                }
            }
            return best;
        }

        private static double correlation(double[] ink, double[] tile) {
            double inkMean = 0;
            double tileMean = 0;
            for (int i = 0; i < ink.length; i++) {
                inkMean += ink[i] / ink.length;
                tileMean += tile[i] / ink.length;
            }
            double product = 0;
            double inkSquares = 0;
            double tileSquares = 0;
            for (int i = 0; i < ink.length; i++) {
                product += (ink[i] - inkMean) * (tile[i] - tileMean);
                inkSquares += (ink[i] - inkMean) * (ink[i] - inkMean);
                tileSquares += (tile[i] - tileMean) * (tile[i] - tileMean);
            }
            return product / Math.sqrt(inkSquares * tileSquares);
        }

        /** Light columns of the lower half; nothing else is there. */
        private static int bars(double[] tile) {
            int bars = 0;
            for (int x = 0; x < TILE; x++) {
                double light = 0;
                for (int y = 9; y < 13; y++) {
                    light += tile[y * TILE + x] / 4;
                }
                bars += light - tile[13 * TILE + x] > 50 && light > 120 ? 1 : 0;
            }
            return bars;
        }
    }
}
