/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import static org.bytedeco.pytorch.global.torch.cosine_similarity;
import static org.bytedeco.pytorch.global.torch.cross_entropy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.vit.VitParameters.Parameter;

/**
 * One worker of data-parallel training: its own copy of the weights as libtorch tensors.
 *
 * <p>A batch is cut into a fixed number of shards, each computed by one thread without any thread pool inside the libraries,
 * and the gradients are added in the order of the shards. So the result depends on the number of shards alone, and two cores
 * never wait for each other within a step. Used by one thread at a time.
 */
final class TorchShard implements AutoCloseable {
    private final VitParameters parameters;
    private final Tensor storage;
    private final FloatPointer flat;
    private final List<Tensor> leaves = new ArrayList<>();
    private final TorchVit model;
    private boolean closed;

    @SuppressWarnings("try") // the scope works by being open
    TorchShard(VitParameters parameters) {
        this.parameters = parameters;
        try (PointerScope scope = new PointerScope()) {
            storage = torch.zeros(parameters.size());
            storage.retainReference();
            flat = new FloatPointer(storage.data_ptr());
            for (Parameter parameter : parameters.all()) {
                long[] shape =
                        parameter.shape().stream().mapToLong(Integer::longValue).toArray();
                Tensor leaf = storage.narrow(0, parameter.offset(), parameter.size())
                        .view(shape)
                        .detach();
                leaf.requires_grad_(true);
                leaf.retainReference();
                leaves.add(leaf);
            }
            model = new TorchVit(parameters, leaves);
        }
    }

    /** Takes over weights from a flat array. */
    void load(float[] weights) {
        flat.position(0).put(weights);
    }

    /**
     * Computes the gradients of one shard.
     *
     * @param patches rows of patch values
     * @param labels class per row
     * @param soft probabilities that a finished model gives per row, to learn from as well; {@code null} for none
     * @param gradients receives the mean gradient of the shard
     * @return losses: full path, sub-paths
     */
    @SuppressWarnings("try") // the scope works by being open
    double[] gradients(
            float[] patches,
            long[] labels,
            float @Nullable [] soft,
            StepPlan plan,
            Distillation distillation,
            float[] gradients) {
        try (PointerScope scope = new PointerScope()) {
            VitConfig config = parameters.config();
            long rows = labels.length;
            Tensor input = Tensor.create(patches, rows, config.patches(), config.patchValues());
            Tensor target = Tensor.create(labels, rows);

            Tensor embedded = model.embed(input);
            List<Tensor> classTokens = new ArrayList<>();
            Tensor hidden = embedded;
            for (int layer = 0; layer < config.layers(); layer++) {
                hidden = model.layer(hidden, layer, layer == config.layers() - 1);
                classTokens.add(TorchVit.classToken(hidden));
            }
            Tensor features = model.features(classTokens.get(config.layers() - 1), 0);
            Tensor logits = model.logits(features, 0);
            Tensor full = cross_entropy(logits, target);
            if (soft != null) {
                Tensor teaching = Tensor.create(soft, rows, config.classes());
                Tensor copied = softCrossEntropy(logits, teaching, distillation.temperature());
                double scale = distillation.temperature() * distillation.temperature();
                full = full.add(copied.mul(new Scalar(scale))).mul(new Scalar(0.5));
            }

            FullPath teacher = new FullPath(
                    logits.detach().div(new Scalar(distillation.temperature())).softmax(-1),
                    features.detach(),
                    target,
                    distillation);
            Tensor sub = torch.zeros(1L);
            for (int exit : plan.exits()) {
                Tensor exitFeatures = model.features(classTokens.get(exit - 1), exit);
                sub = sub.add(teacher.loss(model.logits(exitFeatures, exit), exitFeatures));
            }
            if (!plan.subset().isEmpty()) {
                sub = sub.add(subsetLoss(embedded, classTokens, plan.subset(), teacher)
                        .mul(new Scalar(distillation.subsetWeight())));
            }
            Tensor loss = full.add(sub.sum());
            collect(loss, gradients);
            return new double[] {full.item_float(), sub.sum().item_float()};
        }
    }

    private Tensor subsetLoss(Tensor embedded, List<Tensor> classTokens, List<Integer> subset, FullPath teacher) {
        Tensor hidden = embedded;
        Tensor distance = torch.zeros(1L);
        for (int i = 0; i < subset.size(); i++) {
            boolean last = i == subset.size() - 1;
            hidden = model.layer(hidden, subset.get(i), last);
            // The paths are compared wherever both have just run the same layer, so at several depths.
            distance = distance.add(cosineDistance(
                    TorchVit.classToken(hidden), classTokens.get(subset.get(i)).detach()));
        }
        Tensor features = model.features(TorchVit.classToken(hidden), 0);
        Tensor answer = teacher.loss(model.logits(features, 0), features);
        return answer.add(distance.mul(new Scalar(teacher.distillation().cosine() / subset.size())));
    }

    /** What the full path teaches in this step. */
    private record FullPath(Tensor probabilities, Tensor features, Tensor labels, Distillation distillation) {
        Tensor loss(Tensor logits, Tensor ownFeatures) {
            Tensor soft = softCrossEntropy(logits, probabilities, distillation.temperature());
            double softWeight = distillation.soft() * distillation.temperature() * distillation.temperature();
            return soft.mul(new Scalar(softWeight))
                    .add(cross_entropy(logits, labels).mul(new Scalar(distillation.hard())))
                    .add(cosineDistance(ownFeatures, features).mul(new Scalar(distillation.cosine())));
        }
    }

    /** To be scaled by the square of the temperature, which keeps the size of the gradient. */
    private static Tensor softCrossEntropy(Tensor logits, Tensor probabilities, double temperature) {
        return logits.div(new Scalar(temperature))
                .log_softmax(-1)
                .mul(probabilities)
                .sum(1)
                .mean()
                .neg();
    }

    private static Tensor cosineDistance(Tensor a, Tensor b) {
        return cosine_similarity(a, b, 1, 1e-8).mean().neg().add(new Scalar(1.0));
    }

    private void collect(Tensor loss, float[] gradients) {
        TensorVector inputs = new TensorVector(leaves.size());
        for (int i = 0; i < leaves.size(); i++) {
            inputs.put(i, leaves.get(i));
        }
        TensorVector found =
                torch.grad(new TensorVector(loss), inputs, new TensorVector(), new BoolOptional(), false, true);
        List<Parameter> all = parameters.all();
        for (int i = 0; i < all.size(); i++) {
            Parameter parameter = all.get(i);
            Tensor gradient = found.get(i);
            if (gradient.defined()) {
                new FloatPointer(gradient.contiguous().data_ptr()).get(gradients, parameter.offset(), parameter.size());
            } else {
                // A head that took no part in this step.
                java.util.Arrays.fill(gradients, parameter.offset(), parameter.offset() + parameter.size(), 0f);
            }
        }
    }

    /**
     * Runs all exits and full depth without gradients.
     *
     * @param rows number of images in {@code patches}
     * @param receiver gets, per exit and last for full depth, an array [rows * classes] of logits, in order of depth
     */
    @SuppressWarnings("try") // scope and guard work by being open
    void forward(float[] patches, int rows, Consumer<float[]> receiver) {
        VitConfig config = parameters.config();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor input = Tensor.create(patches, rows, config.patches(), config.patchValues());
            for (Tensor logits : model.allLogits(input)) {
                float[] values = new float[rows * config.classes()];
                new FloatPointer(logits.contiguous().data_ptr()).get(values);
                receiver.accept(values);
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            leaves.forEach(Tensor::releaseReference);
            storage.releaseReference();
        }
    }
}
