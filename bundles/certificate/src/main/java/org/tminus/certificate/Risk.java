/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/** What a certificate bounds. */
public enum Risk {
    /** Share of right answers at full depth minus that of the adaptive answers. Needs labels; losses are -1, 0 or 1. */
    ACCURACY_LOSS("accuracy-loss", TestMethod.BETTING),
    /** Share of answers that differ from those of full depth. Needs no labels, bounds the loss of accuracy from above. */
    DISAGREEMENT("disagreement", TestMethod.EXACT_BINOMIAL);

    private final String key;
    private final TestMethod defaultMethod;

    Risk(String key, TestMethod defaultMethod) {
        this.key = key;
        this.defaultMethod = defaultMethod;
    }

    /** The name in model files. */
    public String key() {
        return key;
    }

    /**
     * The method to use unless another was fixed before the calibration data were seen: betting for the loss of accuracy,
     * since it needs nothing but bounded losses; the exact binomial for disagreement, where no valid test is stronger.
     */
    public TestMethod defaultMethod() {
        return defaultMethod;
    }

    /** @throws IllegalArgumentException for any other name */
    public static Risk of(String key) {
        for (Risk risk : values()) {
            if (risk.key.equals(key)) {
                return risk;
            }
        }
        throw new IllegalArgumentException("There is no risk '" + key + "'; there are accuracy-loss and disagreement");
    }
}
