/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import java.util.Map;
import java.util.TreeMap;

/** The libraries that a training stands on, for the provenance of its model. */
public final class Libraries {
    private Libraries() {}

    /** Versions that the result may depend on. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        versions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        versions.put("pytorch", org.bytedeco.pytorch.global.torch.TORCH_VERSION);
        versions.put(
                "onnxruntime", org.tminus.onnxruntime.OnnxRuntimes.standalone().version());
        versions.put("lightgbm", "3.3.510");
        return versions;
    }
}
