/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FallbackCauseTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "AWAY | Policy 'fixed' is not there. Path layer.0>final answers.",
                "AWAY | No policy is installed. Path layer.0>final answers.",
                "QUARANTINE | Policy 'storm-policy' is in quarantine: it threw Path layer.0>final answers.",
                "QUARANTINE | Predictor 'storm-predictor' is in quarantine: it threw",
                "RETRY | Path layer.0>exit.1 gave NaN or infinity; the row ran again at full depth.",
                "FAULT | Policy 'storm-policy' failed: IllegalStateException: thrown as told. Path layer.0>final answers.",
                "FAULT | Policy 'storm-policy' is wrong: it decided for 2 rows, but there are 1. The rows follow their path.",
                "FAULT | Backend 'storm-backend' failed: Failed as told.",
                "FAULT | Predictor 'storm-predictor' failed: it judged 2 rows, but there are 1",
                "REMARK | Policy 'budget' failed: TminusException: Predictor 'storm-predictor' failed: no. Path x answers.",
                "REMARK | Policy 'storm-policy' did not answer. Path layer.0>final answers.",
                "FAULT | An attempt was given up: policy 'storm-policy' did not answer within 2000 ms.",
                "FAULT | An attempt was given up: the policy 'storm-policy' went away and did not answer.",
                "GOING_AWAY | Backend 'cpu' failed: the session of model 'm 1.0.0' on backend 'cpu' is going away.",
                "UNEXPLAINED | Backend 'cpu' failed: ONNX Runtime gave up.",
                "UNEXPLAINED | A sentence that nobody has written yet."
            })
    void theCauseIsReadFromTheSentence(FallbackCause cause, String sentence) {
        assertThat(FallbackCause.of(sentence)).isEqualTo(cause);
    }
}
