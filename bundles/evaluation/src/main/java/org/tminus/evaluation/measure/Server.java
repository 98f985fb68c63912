/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.Map;
import org.tminus.evaluation.EvaluationException;
import org.tminus.tensor.HostTensor;

/** A way to answer single inputs. Safe for several threads until closed. */
public interface Server extends AutoCloseable {
    /**
     * Answers one input.
     *
     * @param row which example it is, for ways that look up what was decided for it
     * @return the class
     */
    Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException;

    /**
     * What came out.
     *
     * @param label the class
     * @param flops what the platform's trace says it cost; NaN where there is no trace
     * @param fallback whether the platform had to answer in another way than asked
     */
    record Answer(int label, double flops, boolean fallback) {
        /** Without a trace. */
        public static Answer of(int label) {
            return new Answer(label, Double.NaN, false);
        }
    }

    /** The one that answers at full load; another one where settings that are best there differ. Closed with this. */
    default Server underLoad() {
        return this;
    }

    /** How long its threads may wait actively for more after an answer, taking a processor from whoever answers next. */
    default long lingerNanos() {
        return 0;
    }

    @Override
    void close();
}
