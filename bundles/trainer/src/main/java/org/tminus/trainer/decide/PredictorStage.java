/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A trained predictor as bytes, so that a stage keeps it. */
public final class PredictorStage {
    private PredictorStage() {}

    /** @param model {@code null} if there was nothing to tell apart */
    public static byte[] toBytes(@Nullable ComplexityModel model, int[] labels) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(model != null);
            if (model == null) {
                return bytes.toByteArray();
            }
            byte[] text = model.lightGbmText().getBytes(StandardCharsets.UTF_8);
            out.writeInt(text.length);
            out.write(text);
            int classes = model.classes().size();
            out.writeInt(classes);
            out.writeDouble(model.calibration().sharpness());
            for (int k = 0; k < classes; k++) {
                out.writeInt(model.classes().get(k));
                out.writeDouble(model.calibration().bias(k));
            }
            out.writeDouble(model.uncalibratedError());
            out.writeInt(labels.length);
            for (int row = 0; row < labels.length; row++) {
                out.writeInt(ComplexityTrainer.classOf(labels[row], model.classes()));
                for (double each : model.outOfFold()[row]) {
                    out.writeDouble(each);
                }
            }
        }
        return bytes.toByteArray();
    }

    /** The other way round. */
    public static @Nullable ComplexityModel of(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new ByteArrayInputStream(bytes)))) {
            if (!in.readBoolean()) {
                return null;
            }
            byte[] text = in.readNBytes(in.readInt());
            int count = in.readInt();
            double sharpness = in.readDouble();
            List<Integer> classes = new ArrayList<>();
            double[] bias = new double[count];
            for (int k = 0; k < count; k++) {
                classes.add(in.readInt());
                bias[k] = in.readDouble();
            }
            double uncalibrated = in.readDouble();
            int rows = in.readInt();
            int[] targets = new int[rows];
            double[][] outOfFold = new double[rows][count];
            for (int row = 0; row < rows; row++) {
                targets[row] = in.readInt();
                for (int k = 0; k < count; k++) {
                    outOfFold[row][k] = in.readDouble();
                }
            }
            return new ComplexityModel(
                    new String(text, StandardCharsets.UTF_8),
                    new ScoreCalibration(sharpness, bias),
                    classes,
                    outOfFold,
                    PredictorReport.of(targets, outOfFold, count),
                    uncalibrated);
        }
    }
}
