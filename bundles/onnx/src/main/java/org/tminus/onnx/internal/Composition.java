/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.ValueInfo;

/**
 * A model that was put together, with what a caller must know of it.
 *
 * @param model the model
 * @param inputs what must be given
 * @param outputs what it makes
 * @param hiddenInput the input that takes the state between layers, null if there is none
 * @param hasExternalData whether weights lie outside
 */
public record Composition(
        ModelProto model,
        List<ValueInfo> inputs,
        List<ValueInfo> outputs,
        @Nullable String hiddenInput,
        boolean hasExternalData) {}
