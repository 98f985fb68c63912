/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_double;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_float;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_int;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_long_long;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_p_void;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import com.microsoft.ml.lightgbm.lightgbmlib;
import com.microsoft.ml.lightgbm.lightgbmlibConstants;
import org.tminus.lightgbm.LightGbmLibrary;

/** Trains tree ensembles with LightGBM. Native memory lives only within a call. */
public final class LightGbm {
    private static final long MODEL_BYTES = 1 << 22;

    private LightGbm() {}

    /**
     * Settings of a training.
     *
     * @param classes number of classes
     * @param rounds boosting rounds
     * @param learningRate shrinkage
     * @param leaves leaves per tree
     * @param minimumInLeaf rows that a leaf needs
     * @param seed of column sampling
     */
    public record Settings(int classes, int rounds, double learningRate, int leaves, int minimumInLeaf, long seed) {
        String parameters() {
            // One thread and these flags make the result the same every time.
            return "objective=multiclass num_class=" + classes + " learning_rate=" + learningRate + " num_leaves="
                    + leaves
                    + " min_data_in_leaf=" + minimumInLeaf + " feature_fraction=0.7 lambda_l2=1 seed=" + seed
                    + " deterministic=true force_row_wise=true num_threads=1 use_missing=false verbosity=-1";
        }
    }

    /**
     * Trains and returns the model as LightGBM's text.
     *
     * @param features per row the features
     * @param labels per row the class, from 0
     * @param weights per row how much it counts
     * @throws IllegalStateException if LightGBM fails; the message is LightGBM's
     */
    public static String train(float[][] features, int[] labels, float[] weights, Settings settings) {
        LightGbmLibrary.load();
        int rows = features.length;
        int columns = features[0].length;
        SWIGTYPE_p_double matrix = matrix(features);
        SWIGTYPE_p_float target = lightgbmlib.new_floatArray(rows);
        SWIGTYPE_p_float weight = lightgbmlib.new_floatArray(rows);
        SWIGTYPE_p_p_void datasetHandle = lightgbmlib.voidpp_handle();
        SWIGTYPE_p_p_void boosterHandle = lightgbmlib.voidpp_handle();
        SWIGTYPE_p_int finished = lightgbmlib.new_intp();
        try {
            for (int row = 0; row < rows; row++) {
                lightgbmlib.floatArray_setitem(target, row, labels[row]);
                lightgbmlib.floatArray_setitem(weight, row, weights[row]);
            }
            check(lightgbmlib.LGBM_DatasetCreateFromMat(
                    lightgbmlib.double_to_voidp_ptr(matrix),
                    lightgbmlibConstants.C_API_DTYPE_FLOAT64,
                    rows,
                    columns,
                    1,
                    settings.parameters(),
                    null,
                    datasetHandle));
            SWIGTYPE_p_void dataset = lightgbmlib.voidpp_value(datasetHandle);
            try {
                setField(dataset, "label", target, rows);
                setField(dataset, "weight", weight, rows);
                check(lightgbmlib.LGBM_BoosterCreate(dataset, settings.parameters(), boosterHandle));
                SWIGTYPE_p_void booster = lightgbmlib.voidpp_value(boosterHandle);
                try {
                    for (int round = 0; round < settings.rounds(); round++) {
                        check(lightgbmlib.LGBM_BoosterUpdateOneIter(booster, finished));
                        if (lightgbmlib.intp_value(finished) != 0) {
                            break;
                        }
                    }
                    return text(booster);
                } finally {
                    lightgbmlib.LGBM_BoosterFree(booster);
                }
            } finally {
                lightgbmlib.LGBM_DatasetFree(dataset);
            }
        } finally {
            lightgbmlib.delete_intp(finished);
            lightgbmlib.delete_floatArray(weight);
            lightgbmlib.delete_floatArray(target);
            lightgbmlib.delete_doubleArray(matrix);
        }
    }

    private static void setField(SWIGTYPE_p_void dataset, String name, SWIGTYPE_p_float values, int rows) {
        check(lightgbmlib.LGBM_DatasetSetField(
                dataset, name, lightgbmlib.float_to_voidp_ptr(values), rows, lightgbmlibConstants.C_API_DTYPE_FLOAT32));
    }

    /** LightGBM's own probabilities of a model in its text form: per row and class. */
    public static double[][] predict(String model, float[][] features, int classes) {
        LightGbmLibrary.load();
        int rows = features.length;
        SWIGTYPE_p_p_void handle = lightgbmlib.voidpp_handle();
        SWIGTYPE_p_int rounds = lightgbmlib.new_intp();
        check(lightgbmlib.LGBM_BoosterLoadModelFromString(model, rounds, handle));
        SWIGTYPE_p_void booster = lightgbmlib.voidpp_value(handle);
        SWIGTYPE_p_double matrix = matrix(features);
        SWIGTYPE_p_double out = lightgbmlib.new_doubleArray((long) rows * classes);
        SWIGTYPE_p_long_long length = lightgbmlib.new_int64_tp();
        try {
            check(lightgbmlib.LGBM_BoosterPredictForMat(
                    booster,
                    lightgbmlib.double_to_voidp_ptr(matrix),
                    lightgbmlibConstants.C_API_DTYPE_FLOAT64,
                    rows,
                    features[0].length,
                    1,
                    lightgbmlibConstants.C_API_PREDICT_NORMAL,
                    0,
                    -1,
                    "num_threads=1",
                    length,
                    out));
            double[][] probabilities = new double[rows][classes];
            for (int row = 0; row < rows; row++) {
                for (int c = 0; c < classes; c++) {
                    probabilities[row][c] = lightgbmlib.doubleArray_getitem(out, (long) row * classes + c);
                }
            }
            return probabilities;
        } finally {
            lightgbmlib.delete_int64_tp(length);
            lightgbmlib.delete_doubleArray(out);
            lightgbmlib.delete_doubleArray(matrix);
            lightgbmlib.delete_intp(rounds);
            lightgbmlib.LGBM_BoosterFree(booster);
        }
    }

    private static String text(SWIGTYPE_p_void booster) {
        SWIGTYPE_p_long_long length = lightgbmlib.new_int64_tp();
        try {
            String text = lightgbmlib.LGBM_BoosterSaveModelToStringSWIG(booster, 0, -1, 0, MODEL_BYTES, length);
            if (text == null) {
                throw new IllegalStateException("LightGBM gave no model: " + lightgbmlib.LGBM_GetLastError());
            }
            return text;
        } finally {
            lightgbmlib.delete_int64_tp(length);
        }
    }

    private static SWIGTYPE_p_double matrix(float[][] features) {
        int columns = features[0].length;
        SWIGTYPE_p_double matrix = lightgbmlib.new_doubleArray((long) features.length * columns);
        for (int row = 0; row < features.length; row++) {
            for (int column = 0; column < columns; column++) {
                lightgbmlib.doubleArray_setitem(matrix, (long) row * columns + column, features[row][column]);
            }
        }
        return matrix;
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("LightGBM: " + lightgbmlib.LGBM_GetLastError());
        }
    }
}
