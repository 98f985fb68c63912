/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

/**
 * Generated pictures of known complexity, {@link PointerChase} to look at: grey, 70 x 42 pixels, 5 x 3 tiles. The first tile
 * asks: a letter names the start, and the number of bars below it, 1 to 6, is that of the hops. The other 14 tiles are the
 * nodes A to N in reading order; each shows the letter of the node that it points to, and all are in one ring. The answer is
 * the node where one ends up.
 *
 * <p>Brightness, contrast, grain and the places of letters differ from picture to picture, but so little that reading a letter
 * is easy; following the letters is not.
 *
 * <p>The input {@link #INPUT} is float32 [batch, 1, 42, 70]. There are 14 classes.
 *
 * <p>A hash of seed and content, not of what chance adds to the picture, decides the split of every input that there is (523
 * thousand million), so near-copies are in one split; shares are those of {@link PointerChase}. Pictures are made when they are asked for.
 */
public final class Signposts {
    /** The name of the task. */
    public static final String NAME = "signposts";
    /** The number of nodes, and of classes. */
    public static final int NODES = 14;
    /** The most hops that an input can ask for. */
    public static final int MAX_HOPS = 6;
    /** Width and height of a tile in pixels. */
    public static final int TILE = SignpostPainter.TILE;
    /** What a model takes: values with a mean of about 0 and a deviation of about 1. */
    public static final PictureInput INPUT = new PictureInput(
            "pixels", 1, SignpostPainter.HEIGHT, SignpostPainter.WIDTH, 1 / 255.0, List.of(0.32), List.of(0.22), true);

    private static final Rings RINGS = new Rings(NAME, 1, NODES, MAX_HOPS);
    private static final SignpostPainter PAINTER = new SignpostPainter(RINGS);

    private Signposts() {}

    /** The task with {@link SplitSizes#DEFAULT}; takes a few seconds. */
    public static TaskData generate(long seed) {
        return generate(seed, SplitSizes.DEFAULT);
    }

    /** The task in another size. The examples implement {@link KnownDifficulty} and {@link PictureExamples}. */
    public static TaskData generate(long seed, SplitSizes sizes) {
        Map<Split, long[]> codes = RINGS.draw(seed, sizes);
        TaskData.Description description = new TaskData.Description(
                NAME,
                IntStream.range(0, NODES).mapToObj(Letters::name).toList(),
                RINGS.sha256(seed, codes),
                "generated; free of rights",
                seed,
                Map.of("generator", "version " + RINGS.version()));
        return new TaskData(description, split -> Signs.of(Objects.requireNonNull(codes.get(split))));
    }

    /** Pictures whose number of hops is known, however they are changed; immutable. */
    private static final class Signs implements KnownDifficulty, PictureExamples, ForwardingExamples {
        private final PictureExamples pictures;
        private final long[] codes;

        private Signs(PictureExamples pictures, long[] codes) {
            this.pictures = pictures;
            this.codes = codes;
        }

        @Override
        public PictureExamples examples() {
            return pictures;
        }

        static Signs of(long[] codes) {
            PictureSet pictures = new PictureSet(
                    codes.length,
                    row -> RINGS.canonical(codes[row]),
                    row -> RINGS.end(codes[row]),
                    row -> PAINTER.paint(codes[row]),
                    INPUT);
            return new Signs(pictures, codes);
        }

        @Override
        public int difficulty(int row) {
            return RINGS.hops(codes[row]);
        }

        @Override
        public Display.Picture picture(int row) {
            return pictures.picture(row);
        }

        @Override
        public PictureExamples withPictures(Change change) {
            return new Signs(pictures.withPictures(change), codes);
        }
    }
}
