/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/** The forward pass of the model, in libtorch operations on given parameter tensors. */
final class TorchVit {
    private final VitParameters parameters;
    private final VitConfig config;
    private final List<Tensor> values;

    /** Uses {@code values} in the order of {@link VitParameters#all()}. */
    TorchVit(VitParameters parameters, List<Tensor> values) {
        this.parameters = parameters;
        this.config = parameters.config();
        this.values = List.copyOf(values);
    }

    private Tensor value(String name) {
        return values.get(parameters.index(name));
    }

    /** Patches [rows, patches, values] to tokens [rows, tokens, dim]. */
    Tensor embed(Tensor patches) {
        long rows = patches.size(0);
        Tensor tokens = affine(patches.view(rows * config.patches(), config.patchValues()), "patch")
                .view(rows, config.patches(), config.dim());
        Tensor first = value("class.token").view(1, 1, config.dim()).expand(rows, 1, config.dim());
        return cat(new TensorVector(first, tokens), 1).add(value("positions"));
    }

    /**
     * One layer. With {@code classOnly} it gives the class token alone, [rows, 1, dim]: nothing reads the other tokens of the
     * last layer, so training need not compute them.
     */
    Tensor layer(Tensor hidden, int layer, boolean classOnly) {
        String prefix = VitParameters.layerPrefix(layer);
        long rows = hidden.size(0);
        int tokens = config.tokens();
        int dim = config.dim();
        int width = dim / config.heads();
        Tensor qkv = affine(norm(hidden, prefix + "norm1").reshape(rows * tokens, dim), prefix + "qkv")
                .view(rows, tokens, 3, config.heads(), width)
                .permute(2, 0, 3, 1, 4);
        Tensor query = qkv.select(0, 0);
        if (classOnly) {
            query = query.narrow(2, 0, 1);
        }
        int kept = classOnly ? 1 : tokens;
        Tensor stream = classOnly ? hidden.narrow(1, 0, 1) : hidden;
        Tensor attended = scaled_dot_product_attention(query, qkv.select(0, 1), qkv.select(0, 2))
                .transpose(1, 2)
                .reshape(rows * kept, dim);
        stream = stream.add(affine(attended, prefix + "out").view(rows, kept, dim));
        Tensor inner = gelu(affine(norm(stream, prefix + "norm2").reshape(rows * kept, dim), prefix + "mlp1"));
        return stream.add(affine(inner, prefix + "mlp2").view(rows, kept, dim));
    }

    /** The class token of a hidden state, [rows, dim]. */
    static Tensor classToken(Tensor hidden) {
        return hidden.select(1, 0);
    }

    /** Normalised features that an exit (or, with 0, the end of the model) reads. */
    Tensor features(Tensor classToken, int exit) {
        return norm(classToken, headPrefix(exit) + "norm");
    }

    /** Logits from features. */
    Tensor logits(Tensor features, int exit) {
        return affine(features, headPrefix(exit) + "head");
    }

    private static String headPrefix(int exit) {
        return exit == 0 ? "final." : VitParameters.exitPrefix(exit);
    }

    /** Logits of every exit and, last, of full depth. */
    List<Tensor> allLogits(Tensor patches) {
        List<Tensor> all = new ArrayList<>();
        Tensor hidden = embed(patches);
        for (int layer = 0; layer < config.layers(); layer++) {
            boolean last = layer == config.layers() - 1;
            hidden = layer(hidden, layer, last);
            if (last || config.withExits()) {
                int exit = last ? 0 : layer + 1;
                all.add(logits(features(classToken(hidden), exit), exit));
            }
        }
        return all;
    }

    private Tensor norm(Tensor input, String name) {
        return layer_norm(
                input,
                new long[] {config.dim()},
                new TensorOptional(value(name + ".scale")),
                new TensorOptional(value(name + ".bias")),
                VitConfig.EPSILON,
                false);
    }

    private Tensor affine(Tensor input, String name) {
        return addmm(value(name + ".bias"), input, value(name + ".weight"));
    }
}
