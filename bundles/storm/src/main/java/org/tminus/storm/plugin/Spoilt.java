/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.storm.fault.Fault;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Answers with something wrong in them. */
final class Spoilt {
    /** More than any tolerance, and little enough to pass for an answer. */
    private static final float A_LITTLE = 0.01f;

    private Spoilt() {}

    /** The same outputs, spoilt in this way; those that are replaced are closed. */
    static Map<String, Tensor> outputs(Map<String, Tensor> outputs, @Nullable Fault fault) {
        if (fault == null) {
            return outputs;
        }
        Map<String, Tensor> spoilt = new HashMap<>();
        outputs.forEach((name, tensor) -> {
            spoilt.put(name, spoilt(tensor, fault));
            tensor.close();
        });
        return spoilt;
    }

    private static Tensor spoilt(Tensor tensor, Fault fault) {
        if (fault == Fault.WRONG_SHAPE) {
            return HostTensor.allocate(
                    ElementType.FLOAT32, tensor.shape().withBatch(tensor.shape().dimension(0) + 1));
        }
        HostTensor copy = HostTensor.copyOf(tensor);
        FloatBuffer values = copy.writableBuffer().asFloatBuffer();
        if (fault == Fault.NAN) {
            values.put(0, Float.NaN);
        } else {
            values.put(0, values.get(0) + A_LITTLE);
        }
        return copy;
    }
}
