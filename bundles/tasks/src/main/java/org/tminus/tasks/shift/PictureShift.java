/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.Random;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tasks.PictureExamples;

/** Pictures as a bad lens, little light, or a shaky hand would give them. Labels stay. */
public final class PictureShift implements Shift {
    private final String name;
    private final PictureExamples.Change change;

    private PictureShift(String name, PictureExamples.Change change) {
        this.name = name;
        this.change = change;
    }

    /**
     * Out of focus: a Gaussian.
     *
     * @param deviation in pixels, above 0
     */
    public static PictureShift blur(double deviation) {
        require(deviation > 0 && deviation <= 100, "A blur of " + deviation + " pixels");
        double[] weights = weights(deviation);
        return new PictureShift("blur-" + Kinds.plain(deviation), (id, picture) -> {
            // One direction after the other comes to the same as both at once.
            Display.Picture across = convolved(picture, weights, 1, 0);
            return convolved(across, weights, 0, 1);
        });
    }

    /**
     * Grain: Gaussian noise, drawn for each byte.
     *
     * @param deviation in grey levels of 255, not negative
     */
    public static PictureShift noise(double deviation, long seed) {
        require(deviation >= 0 && deviation <= 255, "Noise of " + deviation + " grey levels");
        return new PictureShift("noise-" + Kinds.plain(deviation), (id, picture) -> {
            Random random = Kinds.random(id, seed);
            byte[] pixels = new byte[picture.pixels().length];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = grey((picture.pixels()[i] & 0xff) + deviation * random.nextGaussian());
            }
            return like(picture, pixels);
        });
    }

    /**
     * Distances from the picture's mean grey are multiplied.
     *
     * @param factor below 1 for less contrast, not negative
     */
    public static PictureShift contrast(double factor) {
        require(factor >= 0 && factor <= 100, "A contrast of " + factor);
        return new PictureShift("contrast-" + Kinds.plain(factor), (id, picture) -> {
            double sum = 0;
            for (byte pixel : picture.pixels()) {
                sum += pixel & 0xff;
            }
            double mean = sum / picture.pixels().length;
            byte[] pixels = new byte[picture.pixels().length];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = grey(mean + factor * ((picture.pixels()[i] & 0xff) - mean));
            }
            return like(picture, pixels);
        });
    }

    /**
     * Turned about its middle, half of the pictures each way; what comes into view repeats the border.
     *
     * @param degrees how far
     */
    public static PictureShift rotation(double degrees, long seed) {
        require(Double.isFinite(degrees), "A rotation by " + degrees);
        return new PictureShift("rotation-" + Kinds.plain(degrees), (id, picture) -> {
            double angle = Math.toRadians(Kinds.random(id, seed).nextBoolean() ? degrees : -degrees);
            return turned(picture, StrictMath.sin(angle), StrictMath.cos(angle));
        });
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what + " makes no sense");
        }
    }

    private static double[] weights(double deviation) {
        int radius = (int) Math.ceil(3 * deviation);
        double[] weights = new double[2 * radius + 1];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double distance = (i - radius) / deviation;
            weights[i] = StrictMath.exp(-distance * distance / 2);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private static Display.Picture convolved(Display.Picture picture, double[] weights, int stepX, int stepY) {
        int radius = weights.length / 2;
        byte[] pixels = new byte[picture.pixels().length];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                for (int channel = 0; channel < picture.channels(); channel++) {
                    double sum = 0;
                    for (int i = 0; i < weights.length; i++) {
                        sum += weights[i] * at(picture, x + (i - radius) * stepX, y + (i - radius) * stepY, channel);
                    }
                    pixels[(y * picture.width() + x) * picture.channels() + channel] = grey(sum);
                }
            }
        }
        return like(picture, pixels);
    }

    private static Display.Picture turned(Display.Picture picture, double sine, double cosine) {
        byte[] pixels = new byte[picture.pixels().length];
        double middleX = (picture.width() - 1) / 2.0;
        double middleY = (picture.height() - 1) / 2.0;
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                double sourceX = middleX + cosine * (x - middleX) + sine * (y - middleY);
                double sourceY = middleY - sine * (x - middleX) + cosine * (y - middleY);
                int left = (int) Math.floor(sourceX);
                int top = (int) Math.floor(sourceY);
                double alongX = sourceX - left;
                double alongY = sourceY - top;
                for (int channel = 0; channel < picture.channels(); channel++) {
                    double value = (1 - alongY)
                                    * ((1 - alongX) * at(picture, left, top, channel)
                                            + alongX * at(picture, left + 1, top, channel))
                            + alongY
                                    * ((1 - alongX) * at(picture, left, top + 1, channel)
                                            + alongX * at(picture, left + 1, top + 1, channel));
                    pixels[(y * picture.width() + x) * picture.channels() + channel] = grey(value);
                }
            }
        }
        return like(picture, pixels);
    }

    private static int at(Display.Picture picture, int x, int y, int channel) {
        int column = Math.max(0, Math.min(picture.width() - 1, x));
        int line = Math.max(0, Math.min(picture.height() - 1, y));
        return picture.pixels()[(line * picture.width() + column) * picture.channels() + channel] & 0xff;
    }

    private static byte grey(double value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }

    private static Display.Picture like(Display.Picture picture, byte[] pixels) {
        return new Display.Picture(picture.width(), picture.height(), picture.channels(), pixels);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean fits(Examples examples) {
        return examples instanceof PictureExamples;
    }

    @Override
    public Examples apply(Examples examples) {
        return Kinds.require(examples, PictureExamples.class, name, "pictures").withPictures(change);
    }
}
