/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

/** Answers single inputs. Safe for use by many threads. */
public interface Classifier extends AutoCloseable {

    /**
     * @param image which of the inputs
     * @throws Exception if there is no answer, for whatever reason
     */
    Answer classify(int image) throws Exception;

    @Override
    void close();

    /**
     * An answer and what it cost.
     *
     * @param label the class with the largest output
     * @param flops predictor and policy included
     * @param policy who decided
     * @param fallback whether a fall-back was needed
     * @param compiled whether it came from one graph as a whole
     * @param backendNanos time in the backend; 0 where there is none
     */
    record Answer(int label, double flops, String policy, boolean fallback, boolean compiled, long backendNanos) {}
}
