/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ComputingFailureTest {
    private static RuntimeException ofLibtorch() {
        RuntimeException torch = new RuntimeException("index out of range in self\nException raised from somewhere");
        torch.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("org.bytedeco.pytorch.Tensor", "index_select", "Tensor.java", -2)
        });
        return torch;
    }

    @Test
    void whatLibtorchSaysIsToldInWords() {
        RuntimeException failure = new IllegalStateException("a training thread failed", ofLibtorch());
        assertThatThrownBy(() -> ComputingFailure.explain(failure))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("libtorch says 'index out of range in self'", "Look for numbers");
    }

    @Test
    void soIsWhatOnnxRuntimeSays() {
        IOException failure = new IOException("the stem failed", new OrtException("idx=100 is out of bounds"));
        assertThatThrownBy(() -> ComputingFailure.explain(failure))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("ONNX Runtime says", "idx=100", "Look for numbers");
    }

    @Test
    void aMistakeOfOursStaysWhatItIs() {
        assertThatCode(() -> ComputingFailure.explain(new IllegalStateException("a mistake")))
                .doesNotThrowAnyException();
    }
}
