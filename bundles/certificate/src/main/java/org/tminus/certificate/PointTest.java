/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/**
 * What the test of one operating point gave.
 *
 * @param point its name
 * @param meanLoss on the calibration inputs
 * @param discordance share of inputs whose loss is not 0
 * @param pValue of the hypothesis that the mean loss is greater than epsilon
 * @param upperBound the smallest epsilon that this point alone would have been certified for
 * @param reached whether the fixed sequence came to it: every safer point was certified
 * @param certified whether it was reached and its p-value is at most delta
 */
public record PointTest(
        String point,
        double meanLoss,
        double discordance,
        double pValue,
        double upperBound,
        boolean reached,
        boolean certified) {}
