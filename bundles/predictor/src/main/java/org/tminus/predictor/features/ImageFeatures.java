/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * The feature set {@code image-v1}: 40 numbers that tell how busy an image is.
 *
 * <p>Input is one image of the tensor that the model reads, in channel-first order; the first channel of a grey image, the
 * mean of the channels of a coloured one. Values are used relative to the darkest and the brightest pixel of the image, so
 * the normalisation that went before does not matter, except in the first four features. For an image of width <i>w</i> and
 * height <i>h</i>, with {@code v} the value and {@code u = (v - min) / (max - min)} (0 if the image is flat):
 *
 * <table>
 * <caption>Features by index</caption>
 * <tr><td>0–3</td><td>mean, standard deviation, minimum, maximum of {@code v}</td></tr>
 * <tr><td>4–11</td><td>share of pixels in each of 8 equal bins of {@code u}</td></tr>
 * <tr><td>12</td><td>entropy of those shares in bits</td></tr>
 * <tr><td>13</td><td>foreground: share of pixels with {@code u > 0.1}</td></tr>
 * <tr><td>14–17</td><td>mean absolute difference of {@code u} to the right, lower, lower right and lower left neighbour</td></tr>
 * <tr><td>18</td><td>strong edges: share of pixels whose right and lower differences sum to more than 0.5</td></tr>
 * <tr><td>19–20</td><td>asymmetry: mean absolute difference of {@code u} to the left-right and the top-bottom mirror image</td></tr>
 * <tr><td>21–24</td><td>mean of {@code u} in the upper left, upper right, lower left, lower right quarter</td></tr>
 * <tr><td>25</td><td>mean of {@code u} in the central quarter of the area</td></tr>
 * <tr><td>26–29</td><td>centre and spread of the row profile (0 top, 1 bottom), then of the column profile</td></tr>
 * <tr><td>30–32</td><td>height, width and fill of the bounding box of the foreground, as shares</td></tr>
 * <tr><td>33–34</td><td>standard deviation of the row means and of the column means of {@code u}</td></tr>
 * <tr><td>35</td><td>mean absolute Laplacian of {@code u}: fine texture</td></tr>
 * <tr><td>36</td><td>mean number of changes between foreground and background along a row</td></tr>
 * <tr><td>37</td><td>the same along a column</td></tr>
 * <tr><td>38</td><td>mean of {@code u} over the foreground</td></tr>
 * <tr><td>39</td><td>standard deviation of {@code u} over the foreground</td></tr>
 * </table>
 *
 * <p>Stateless and safe for several threads; allocates one double per pixel where it is given no workspace. Sums are made in doubles, in a fixed order, so the
 * result is the same everywhere. NaN or infinite pixels give NaN or infinite features, never an exception.
 */
public final class ImageFeatures {
    /** Name of this feature set, as models refer to it. */
    public static final String NAME = "image-v1";

    /** How many features there are. */
    public static final int COUNT = 40;

    /** Short names of the features, by index. */
    public static final List<String> NAMES = List.of(
            "mean",
            "deviation",
            "minimum",
            "maximum",
            "bin0",
            "bin1",
            "bin2",
            "bin3",
            "bin4",
            "bin5",
            "bin6",
            "bin7",
            "entropy",
            "foreground",
            "edgeRight",
            "edgeDown",
            "edgeDownRight",
            "edgeDownLeft",
            "strongEdges",
            "asymmetryHorizontal",
            "asymmetryVertical",
            "upperLeft",
            "upperRight",
            "lowerLeft",
            "lowerRight",
            "centre",
            "rowCentre",
            "rowSpread",
            "columnCentre",
            "columnSpread",
            "boxHeight",
            "boxWidth",
            "boxFill",
            "rowMeanDeviation",
            "columnMeanDeviation",
            "laplacian",
            "rowChanges",
            "columnChanges",
            "foregroundMean",
            "foregroundDeviation");

    private static final int BINS = 8;
    private static final double FOREGROUND = 0.1;
    private static final double STRONG_EDGE = 0.5;
    private static final double LOG_2 = Math.log(2);

    private ImageFeatures() {}

    /**
     * Computes the features of one image.
     *
     * @param pixels holds the image, channel by channel, row by row
     * @param offset index of the image's first value
     * @param width in pixels, 1 or more
     * @param height in pixels, 1 or more
     * @param channels 1 or more
     * @param out receives {@link #COUNT} values from index 0
     * @throws IllegalArgumentException if a size is less than 1 or an array is too short
     */
    public static void compute(float[] pixels, int offset, int width, int height, int channels, float[] out) {
        compute(FloatBuffer.wrap(pixels), offset, width, height, channels, out);
    }

    /**
     * Computes the features of one image.
     *
     * @param pixels holds the image, channel by channel, row by row; read by absolute index, its position is left alone
     * @param offset index of the image's first value
     * @param width in pixels, 1 or more
     * @param height in pixels, 1 or more
     * @param channels 1 or more
     * @param out receives {@link #COUNT} values from index 0
     * @throws IllegalArgumentException if a size is less than 1 or a buffer or array is too short
     */
    public static void compute(FloatBuffer pixels, int offset, int width, int height, int channels, float[] out) {
        check(pixels.limit(), offset, width, height, channels, out);
        compute(pixels, offset, width, height, channels, new double[width * height], out);
    }

    /**
     * The same without allocation.
     *
     * @param workspace at least width * height long; what is in it does not matter, and is overwritten
     * @throws IllegalArgumentException if a size is less than 1 or a buffer or array is too short
     */
    public static void compute(
            FloatBuffer pixels, int offset, int width, int height, int channels, double[] workspace, float[] out) {
        check(pixels.limit(), offset, width, height, channels, out);
        int area = width * height;
        if (workspace.length < area) {
            throw new IllegalArgumentException("workspace for " + area + " pixels needed, found " + workspace.length);
        }
        for (int i = 0; i < area; i++) {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++) {
                sum += pixels.get(offset + channel * area + i);
            }
            // A sum that begins with 0 has lost the sign of -0, which a single value keeps.
            workspace[i] = channels == 1 ? pixels.get(offset + i) : sum / channels;
        }
        compute(workspace, width, height, out);
    }

    private static void check(int room, int offset, int width, int height, int channels, float[] out) {
        if (width < 1 || height < 1 || channels < 1) {
            throw new IllegalArgumentException(
                    "an image of " + width + "x" + height + " with " + channels + " channels has no features");
        }
        if (offset < 0 || room - (long) offset < (long) width * height * channels) {
            throw new IllegalArgumentException("an image of " + width + "x" + height + " with " + channels
                    + " channels does not fit into " + room + " values from " + offset);
        }
        if (out.length < COUNT) {
            throw new IllegalArgumentException("room for " + COUNT + " features needed, found " + out.length);
        }
    }

    /** @param values {@code v} row by row, {@code u} afterwards: every pass reads it several times for each pixel */
    private static void compute(double[] values, int width, int height, float[] out) {
        int area = width * height;
        double sum = 0;
        double squares = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < area; i++) {
            double v = values[i];
            sum += v;
            squares += v * v;
            min = Math.min(min, v);
            max = Math.max(max, v);
        }
        double mean = sum / area;
        out[0] = (float) mean;
        out[1] = (float) deviation(squares, mean, area);
        out[2] = (float) min;
        out[3] = (float) max;
        double factor = max > min ? 1 / (max - min) : 0;
        for (int i = 0; i < area; i++) {
            values[i] = (values[i] - min) * factor;
        }

        histogramAndForeground(values, width, height, out);
        edges(values, width, height, out);
        layout(values, width, height, out);
        profiles(values, width, height, out);
    }

    private static double deviation(double squares, double mean, double count) {
        double variance = squares / count - mean * mean;
        // Rounding can leave a tiny negative variance; NaN must stay NaN.
        return variance < 0 ? 0 : Math.sqrt(variance);
    }

    private static void histogramAndForeground(double[] u, int width, int height, float[] out) {
        int area = width * height;
        for (int bin = 0; bin < BINS; bin++) {
            out[4 + bin] = 0;
        }
        int foreground = 0;
        double sum = 0;
        double squares = 0;
        int top = height;
        int bottom = -1;
        int left = width;
        int right = -1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double here = u[y * width + x];
                int bin = Math.max(0, Math.min(BINS - 1, (int) (here * BINS)));
                out[4 + bin]++;
                if (here > FOREGROUND) {
                    foreground++;
                    sum += here;
                    squares += here * here;
                    top = Math.min(top, y);
                    bottom = y;
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                }
            }
        }
        double entropy = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double share = out[4 + bin] / (double) area;
            out[4 + bin] = (float) share;
            if (share > 0) {
                entropy -= share * Math.log(share) / LOG_2;
            }
        }
        out[12] = (float) entropy;
        out[13] = (float) (foreground / (double) area);
        int boxHeight = Math.max(0, bottom - top + 1);
        int boxWidth = Math.max(0, right - left + 1);
        out[30] = (float) (boxHeight / (double) height);
        out[31] = (float) (boxWidth / (double) width);
        out[32] = foreground == 0 ? 0 : (float) (foreground / ((double) boxHeight * boxWidth));
        double mean = foreground == 0 ? 0 : sum / foreground;
        out[38] = (float) mean;
        out[39] = foreground == 0 ? 0 : (float) deviation(squares, mean, foreground);
    }

    private static void edges(double[] u, int width, int height, float[] out) {
        int area = width * height;
        double toRight = 0;
        double toLower = 0;
        double toLowerRight = 0;
        double toLowerLeft = 0;
        double laplacian = 0;
        double mirrored = 0;
        double flipped = 0;
        int strong = 0;
        int rowChanges = 0;
        int columnChanges = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                double here = u[at];
                // Beyond the border the image goes on with its last pixel.
                boolean hasRight = x + 1 < width;
                boolean hasLower = y + 1 < height;
                double r = hasRight ? u[at + 1] : here;
                double l = x > 0 ? u[at - 1] : here;
                double d = hasLower ? u[at + width] : here;
                double a = y > 0 ? u[at - width] : here;
                double right = Math.abs(r - here);
                double lower = Math.abs(d - here);
                toRight += right;
                toLower += lower;
                if (hasRight && hasLower) {
                    toLowerRight += Math.abs(u[at + width + 1] - here);
                }
                if (x > 0 && hasLower) {
                    toLowerLeft += Math.abs(u[at + width - 1] - here);
                }
                if (right + lower > STRONG_EDGE) {
                    strong++;
                }
                laplacian += Math.abs(r + l + d + a - 4 * here);
                mirrored += Math.abs(u[y * width + width - 1 - x] - here);
                flipped += Math.abs(u[(height - 1 - y) * width + x] - here);
                boolean inside = here > FOREGROUND;
                if (inside != r > FOREGROUND) {
                    rowChanges++;
                }
                if (inside != d > FOREGROUND) {
                    columnChanges++;
                }
            }
        }
        out[14] = (float) (toRight / area);
        out[15] = (float) (toLower / area);
        out[16] = (float) (toLowerRight / area);
        out[17] = (float) (toLowerLeft / area);
        out[18] = (float) (strong / (double) area);
        out[19] = (float) (mirrored / area);
        out[20] = (float) (flipped / area);
        out[35] = (float) (laplacian / area);
        out[36] = (float) (rowChanges / (double) height);
        out[37] = (float) (columnChanges / (double) width);
    }

    private static void layout(double[] u, int width, int height, float[] out) {
        int halfX = (width + 1) / 2;
        int halfY = (height + 1) / 2;
        out[21] = mean(u, width, 0, halfX, 0, halfY);
        out[22] = mean(u, width, width - halfX, width, 0, halfY);
        out[23] = mean(u, width, 0, halfX, height - halfY, height);
        out[24] = mean(u, width, width - halfX, width, height - halfY, height);
        out[25] = mean(u, width, width / 4, width - width / 4, height / 4, height - height / 4);
    }

    private static float mean(double[] u, int width, int x0, int x1, int y0, int y1) {
        double sum = 0;
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                sum += u[y * width + x];
            }
        }
        return (float) (sum / ((double) (x1 - x0) * (y1 - y0)));
    }

    private static void profiles(double[] u, int width, int height, float[] out) {
        profile(u, width, height, true, out, 26, 33);
        profile(u, width, height, false, out, 28, 34);
    }

    /** Centre and spread of the sums along one axis at {@code target}, deviation of the line means at {@code means}. */
    private static void profile(double[] u, int width, int height, boolean rows, float[] out, int target, int means) {
        int lines = rows ? height : width;
        int length = rows ? width : height;
        double mass = 0;
        double first = 0;
        double second = 0;
        double meanSum = 0;
        double meanSquares = 0;
        for (int line = 0; line < lines; line++) {
            double sum = 0;
            for (int k = 0; k < length; k++) {
                int at = rows ? line * width + k : k * width + line;
                sum += u[at];
            }
            double place = (line + 0.5) / lines;
            mass += sum;
            first += sum * place;
            second += sum * place * place;
            double lineMean = sum / length;
            meanSum += lineMean;
            meanSquares += lineMean * lineMean;
        }
        // A flat image has no centre of its own; the middle stands for it.
        boolean flat = mass == 0;
        double centre = flat ? 0.5 : first / mass;
        out[target] = (float) centre;
        out[target + 1] = flat ? 0 : (float) deviation(second, centre, mass);
        out[means] = (float) deviation(meanSquares, meanSum / lines, lines);
    }
}
