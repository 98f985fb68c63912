/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;
import org.tminus.tasks.RawTensors;
import org.tminus.tasks.TaskDataException;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.ProgressListener;

/** Reads people's data in the way that a model takes it. */
final class DataReader {
    private static final Map<String, ElementType> TYPES =
            Map.of("float32", ElementType.FLOAT32, "int64", ElementType.INT64, "int32", ElementType.INT32);

    private DataReader() {}

    /** @throws AdaptException if the data cannot be read, or does not fit the model's inputs */
    static OwnTask read(Request request, OnnxModel model, Signature signature, ProgressListener listener)
            throws IOException {
        List<ValueInfo> inputs = signature.inputs();
        for (ValueInfo input : inputs) {
            List<Dimension> shape = input.shape();
            if (shape == null || shape.isEmpty() || shape.get(0).isFixed()) {
                throw new AdaptException("The first dimension of the input " + input
                        + " must be the batch, of any size. Export the model with a dynamic batch dimension.");
            }
        }
        DataKind kind = DataKind.of(
                request.data(),
                inputs.stream().map(ValueInfo::name).toList(),
                request.text().textColumn());
        try {
            OwnTask task =
                    switch (kind) {
                        case PICTURES -> PictureReader.read(request, model, inputs, listener);
                        case TEXTS -> TextReader.read(request, model, signature);
                        case TENSORS -> tensors(request, model, inputs);
                    };
            checkShapes(task, inputs);
            return task;
        } catch (TaskDataException e) {
            throw new AdaptException(e.getMessage() + " " + e.advice(), e);
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        }
    }

    private static OwnTask tensors(Request request, OnnxModel model, List<ValueInfo> inputs)
            throws TaskDataException, AdaptException {
        Map<String, ElementType> types = new LinkedHashMap<>();
        for (ValueInfo input : inputs) {
            ElementType type = TYPES.get(input.type());
            if (type == null) {
                throw new AdaptException("The input " + input
                        + " is of a type that numbers cannot be read for; known are " + TYPES.keySet() + ".");
            }
            types.put(input.name(), type);
        }
        Path file = request.data();
        return new OwnTask(
                DataKind.TENSORS,
                model,
                RawTensors.load(
                        file,
                        types,
                        TokenTables.of(model),
                        request.labels().used(),
                        request.labels().names(),
                        request.training().seed()),
                Map.of(),
                1,
                List.of(),
                List.of());
    }

    /** Of one example; others have the same shape, or the same but for their length. */
    private static void checkShapes(OwnTask task, List<ValueInfo> declared) throws AdaptException {
        Examples trunk = task.data().accessFor(Purpose.TRAINING).open(Split.TRUNK);
        Map<String, HostTensor> tensors = trunk.inputs(new int[] {0});
        List<String> problems = new ArrayList<>();
        try {
            for (ValueInfo input : declared) {
                HostTensor tensor = tensors.get(input.name());
                List<Dimension> shape = input.shape();
                if (tensor == null) {
                    problems.add("the input '" + input.name() + "' is not in the data");
                } else if (shape != null && !fits(tensor.shape(), shape)) {
                    problems.add("the input " + input + " does not take " + tensor.shape() + ", which the data has");
                }
            }
        } finally {
            tensors.values().forEach(HostTensor::close);
        }
        if (!problems.isEmpty()) {
            throw new AdaptException("Model and data do not fit:", problems);
        }
    }

    private static boolean fits(Shape found, List<Dimension> wanted) {
        if (found.rank() != wanted.size()) {
            return false;
        }
        for (int i = 1; i < wanted.size(); i++) {
            if (wanted.get(i).isFixed() && wanted.get(i).size() != found.dimension(i)) {
                return false;
            }
        }
        return true;
    }
}
