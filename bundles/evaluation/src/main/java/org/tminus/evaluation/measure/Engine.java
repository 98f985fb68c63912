/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.nio.file.Path;
import java.util.List;
import org.tminus.evaluation.EvaluationException;

/**
 * A library that runs a model's own file, as somebody would who has no use for the platform. {@link Engines} finds those on the
 * class path as services; each has a public constructor without parameters. Used by one thread; what it opens is safe for several.
 */
public interface Engine {
    /** As figures name it. */
    String name();

    /**
     * Loads the library, once, so that what is measured afterwards is what the model takes.
     *
     * @throws EvaluationException if it cannot be used here
     */
    void load() throws EvaluationException;

    /** Of the library that computes, once it is loaded. */
    String version();

    /** In what ways a model can be opened, for people; first what its users get unless they choose. */
    List<String> settings();

    /**
     * Opens a model.
     *
     * @param graph an ONNX file, with its weights beside it
     * @param setting one of {@link #settings}
     * @throws EvaluationException if it does not run this model, with the reason
     */
    Server open(Path graph, String setting) throws EvaluationException;
}
