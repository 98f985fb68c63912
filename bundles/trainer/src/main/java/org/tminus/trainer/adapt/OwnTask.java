/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.util.List;
import java.util.Map;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxModel;

/**
 * People's data, read for a model.
 *
 * @param kind what it is made of
 * @param model with what the data fixes of its inputs
 * @param data split
 * @param entries of the model file: preprocessing and what belongs to it
 * @param maximumLength of sequences; 1 without
 * @param notes what was assumed, for people
 * @param warnings what is probably wrong
 */
record OwnTask(
        DataKind kind,
        OnnxModel model,
        TaskData data,
        Map<String, byte[]> entries,
        int maximumLength,
        List<String> notes,
        List<String> warnings) {}
