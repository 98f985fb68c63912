/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import ai.onnxruntime.OrtException;
import org.tminus.trainer.graph.DivergedException;

/** Tells inputs that a model cannot be computed with from mistakes of this program. */
final class ComputingFailure {
    private static final String LIBTORCH = "org.bytedeco.pytorch.";

    private ComputingFailure() {}

    /**
     * Does nothing if the failure is another one.
     *
     * @throws AdaptException if libtorch or ONNX Runtime could not compute something, or no finite loss came of it
     */
    static void explain(Exception failure) throws AdaptException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DivergedException) {
                throw new AdaptException(
                        "The model cannot be trained with this data: " + cause.getMessage()
                                + " At step 0 it is the model that"
                                + " has weights that are no numbers, or inputs are so large that its answers are none: export"
                                + " it again, and scale the inputs as it was trained with them. At a later step, try fewer"
                                + " --epochs.",
                        failure);
            }
            if (isOfLibtorch(cause) || cause instanceof OrtException) {
                String first =
                        String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
                throw new AdaptException(
                        "The model cannot be computed with some example of the data: "
                                + (cause instanceof OrtException ? "ONNX Runtime" : "libtorch") + " says '" + first
                                + "'. Look for numbers that the model does not take, such as those beyond a table; if it is"
                                + " about memory, give shorter texts (--max-length) or smaller pictures (--image-size).",
                        failure);
            }
        }
    }

    private static boolean isOfLibtorch(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(LIBTORCH);
    }
}
