/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** The libraries to compare with. */
public final class Engines {
    private Engines() {}

    /** Plain ONNX Runtime and whatever else is on the class path. */
    public static List<Engine> all() {
        List<Engine> engines = new ArrayList<>();
        engines.add(new OnnxRuntimeEngine());
        ServiceLoader.load(Engine.class, Engines.class.getClassLoader()).forEach(engines::add);
        return engines;
    }

    /** @throws IllegalArgumentException if none is named so */
    public static Engine named(String name) {
        return all().stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no engine " + name));
    }
}
