/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/**
 * The feature set {@code grid-v1}: where an image is light and where it is dark. One pass over the pixels; for images in
 * which a certain place tells how hard they are, while {@code image-v1} tells how busy they are as a whole.
 *
 * <p>Images are those of the model's first float32 input [batch, channels, height, width], whose size is fixed. Each is cut into a grid of at most
 * {@link #CELLS} cells, of as many columns as go into it with cells about as high as wide:
 * <i>c</i>, the largest number with c² · height ≤ 64 · width, but at least 1 and at most 64 and the width; then as many rows
 * as 64/c, rounded down, but at most the height. Column <i>i</i> begins at pixel i · width / c, rounded up; rows likewise.
 *
 * <table>
 * <caption>Features by index</caption>
 * <tr><td>0–1</td><td>mean and standard deviation of all values of the image</td></tr>
 * <tr><td>2…</td><td>cells row by row: (mean of the cell − mean) / standard deviation; 0 in a flat image</td></tr>
 * </table>
 *
 * <p>Brightness and contrast thus do not matter to the cells. Immutable and safe for several threads. Sums are made in doubles, in a fixed order that depends on the
 * sizes only (lines of a column, then columns of a cell, then channels), so the result is the same everywhere. NaN or infinite pixels give NaN, never an exception.
 */
public final class GridFeatures {
    /** Name of this feature set, as models refer to it. */
    public static final String NAME = "grid-v1";

    /** How many cells there are at most. */
    public static final int CELLS = 64;

    private static final int BEFORE_CELLS = 2;

    private final TensorSpec input;
    private final int channels;
    private final int height;
    private final int width;
    private final int columns;
    private final int rows;
    /** Where each column of cells begins, and where the last one ends. */
    private final int[] left;
    /** Where each row of cells begins, and where the last one ends. */
    private final int[] top;
    /** How many values each cell has. */
    private final double[] sizes;

    private GridFeatures(TensorSpec input) {
        this.input = input;
        channels = Math.toIntExact(input.dimensions().get(1));
        height = Math.toIntExact(input.dimensions().get(2));
        width = Math.toIntExact(input.dimensions().get(3));
        columns = columns(height, width);
        rows = Math.min(height, CELLS / columns);
        left = borders(width, columns);
        top = borders(height, rows);
        sizes = new double[rows * columns];
        for (int cell = 0; cell < sizes.length; cell++) {
            int row = cell / columns;
            int column = cell % columns;
            sizes[cell] = (double) channels * (top[row + 1] - top[row]) * (left[column + 1] - left[column]);
        }
    }

    /**
     * The features of models with this signature.
     *
     * @throws IllegalArgumentException with {@link #obstacle} if they have none
     */
    public static GridFeatures of(ModelSignature signature) {
        obstacle(signature).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        return new GridFeatures(images(signature).orElseThrow());
    }

    /** Why models with this signature have no such features, as a sentence; empty if they have. */
    public static Optional<String> obstacle(ModelSignature signature) {
        Optional<TensorSpec> input = images(signature);
        if (input.isEmpty()) {
            return refusal("it has no float32 input [batch, channels, height, width]");
        }
        long values = 1;
        for (long size : input.get().dimensions().subList(1, 4)) {
            if (size < 1 || size > Integer.MAX_VALUE / values) {
                return refusal("the images of input '" + input.get().name() + "' are of no fixed size, or too large: "
                        + input.get().dimensions());
            }
            values *= size;
        }
        return Optional.empty();
    }

    private static Optional<TensorSpec> images(ModelSignature signature) {
        return signature.inputs().stream()
                .filter(spec -> spec.elementType().equals(ElementType.FLOAT32)
                        && spec.dimensions().size() == 4)
                .findFirst();
    }

    private static Optional<String> refusal(String reason) {
        return Optional.of("The features '" + NAME + "' do not fit this model: " + reason + ".");
    }

    private static int columns(int height, int width) {
        int columns = 1;
        while (columns < Math.min(CELLS, width) && (columns + 1L) * (columns + 1L) * height <= (long) CELLS * width) {
            columns++;
        }
        return columns;
    }

    private static int[] borders(int length, int cells) {
        int[] borders = new int[cells + 1];
        for (int cell = 0; cell <= cells; cell++) {
            borders[cell] = (int) (((long) cell * length + cells - 1) / cells);
        }
        return borders;
    }

    /** How many features there are. */
    public int count() {
        return BEFORE_CELLS + rows * columns;
    }

    /** Short names of the features, by index. */
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("mean", "deviation"));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                names.add("cell[" + row + "," + column + "]");
            }
        }
        return List.copyOf(names);
    }

    /** How many values one image has. */
    public int values() {
        return channels * height * width;
    }

    /**
     * Prepares a batch for reading.
     *
     * @param tensors the model's inputs by name, on the host; they stay open as long as the batch is read
     * @throws IllegalArgumentException if the images are missing, or not of the type and shape in the signature
     */
    public Batch open(Map<String, ? extends Tensor> tensors, int rows) {
        Tensor tensor = tensors.get(input.name());
        if (tensor == null
                || !tensor.elementType().equals(ElementType.FLOAT32)
                || !input.accepts(tensor.shape())
                || tensor.shape().dimension(0) != rows) {
            throw new IllegalArgumentException("input '" + input.name() + "' must be float32 " + input.dimensions()
                    + " with " + rows + " rows, found "
                    + (tensor == null ? "nothing" : tensor.elementType() + " " + tensor.shape()));
        }
        return new Batch(this, tensor.buffer().asFloatBuffer());
    }

    /** The features of one batch. For one thread at a time; reading allocates nothing. */
    public static final class Batch {
        private final GridFeatures features;
        private final FloatBuffer images;
        private final int count;
        /** The lines of one row of cells in one channel. */
        private final float[] strip;

        private final double[] columnSums;
        private final double[] cellSums;

        private Batch(GridFeatures features, FloatBuffer images) {
            this.features = features;
            this.images = images;
            count = images.limit() / features.values();
            strip = new float[features.tallest() * features.width];
            columnSums = new double[features.width];
            cellSums = new double[features.rows * features.columns];
        }

        /**
         * Reads the features of one row.
         *
         * @param out receives {@link GridFeatures#count()} values from index 0
         * @throws IllegalArgumentException if there is no such row or the array is too short
         */
        public void compute(int row, float[] out) {
            if (row < 0 || row >= count) {
                throw new IllegalArgumentException("there are " + count + " rows, but no row " + row);
            }
            if (out.length < features.count()) {
                throw new IllegalArgumentException(
                        "room for " + features.count() + " features needed, found " + out.length);
            }
            features.write(cellSums, sum(row), out);
        }

        /** Sums up the cells; gives the sum of all squares. */
        private double sum(int image) {
            Arrays.fill(cellSums, 0);
            double squares = 0;
            int from = image * features.values();
            for (int channel = 0; channel < features.channels; channel++) {
                for (int row = 0; row < features.rows; row++) {
                    int size = (features.top[row + 1] - features.top[row]) * features.width;
                    images.get(from, strip, 0, size);
                    from += size;
                    squares += sumColumns(strip, size, columnSums);
                    features.addToCells(columnSums, cellSums, row * features.columns);
                }
            }
            return squares;
        }
    }

    private int tallest() {
        int tallest = 0;
        for (int row = 0; row < rows; row++) {
            tallest = Math.max(tallest, top[row + 1] - top[row]);
        }
        return tallest;
    }

    /**
     * Sums up each column of some lines; gives the sum of all squares. Four columns at once, because an addition that waits for
     * the one before takes several times as long as one that does not.
     */
    private static double sumColumns(float[] lines, int size, double[] sums) {
        int width = sums.length;
        double squares0 = 0;
        double squares1 = 0;
        double squares2 = 0;
        double squares3 = 0;
        int x = 0;
        for (; x + 3 < width; x += 4) {
            double sum0 = 0;
            double sum1 = 0;
            double sum2 = 0;
            double sum3 = 0;
            for (int at = x; at < size; at += width) {
                double value0 = lines[at];
                double value1 = lines[at + 1];
                double value2 = lines[at + 2];
                double value3 = lines[at + 3];
                sum0 += value0;
                sum1 += value1;
                sum2 += value2;
                sum3 += value3;
                squares0 += value0 * value0;
                squares1 += value1 * value1;
                squares2 += value2 * value2;
                squares3 += value3 * value3;
            }
            sums[x] = sum0;
            sums[x + 1] = sum1;
            sums[x + 2] = sum2;
            sums[x + 3] = sum3;
        }
        for (; x < width; x++) {
            double sum = 0;
            for (int at = x; at < size; at += width) {
                double value = lines[at];
                sum += value;
                squares0 += value * value;
            }
            sums[x] = sum;
        }
        return squares0 + squares1 + (squares2 + squares3);
    }

    private void addToCells(double[] columnSums, double[] cellSums, int firstCell) {
        for (int column = 0; column < columns; column++) {
            double sum = 0;
            for (int x = left[column]; x < left[column + 1]; x++) {
                sum += columnSums[x];
            }
            cellSums[firstCell + column] += sum;
        }
    }

    private void write(double[] sums, double squares, float[] out) {
        double sum = 0;
        for (double each : sums) {
            sum += each;
        }
        double count = values();
        double mean = sum / count;
        double variance = squares / count - mean * mean;
        // Rounding can leave a tiny variance, also a negative one, in a flat image; NaN must stay NaN.
        double deviation = variance <= 1e-12 * mean * mean ? 0 : Math.sqrt(variance);
        out[0] = (float) mean;
        out[1] = (float) deviation;
        for (int cell = 0; cell < sums.length; cell++) {
            out[BEFORE_CELLS + cell] = deviation == 0 ? 0 : (float) ((sums[cell] / sizes[cell] - mean) / deviation);
        }
    }
}
