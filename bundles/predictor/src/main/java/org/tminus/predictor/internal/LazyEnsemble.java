/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PredictorDescription;

/** One model's ensemble, read once; a file that cannot be used is reported once and not read again. Thread-safe. */
final class LazyEnsemble {
    private static final Logger LOG = LoggerFactory.getLogger(LazyEnsemble.class);
    private static final int FILE_LIMIT = 64 << 20;

    private volatile @Nullable TreeEnsemble ensemble;
    private volatile @Nullable ModelFormatException failure;

    /** Whether reading was tried and the file cannot be used. */
    boolean hasFailed() {
        return failure != null;
    }

    /** @throws ModelFormatException if the model's file is missing, damaged or does not fit its description */
    TreeEnsemble get(AdaptiveModel model, PredictorDescription description, int features) throws ModelFormatException {
        TreeEnsemble known = ensemble;
        return known != null ? known : load(model, description, features);
    }

    private synchronized TreeEnsemble load(AdaptiveModel model, PredictorDescription description, int features)
            throws ModelFormatException {
        ModelFormatException before = failure;
        if (before != null) {
            throw new ModelFormatException(String.valueOf(before.getMessage()), before.advice(), before);
        }
        TreeEnsemble known = ensemble;
        if (known == null) {
            try {
                known = read(model, description, features);
            } catch (ModelFormatException e) {
                // A disk may recover; a bad file stays bad.
                failure = e.getCause() instanceof IOException ? null : e;
                LOG.error("Model {} goes without its predictor: {}", model, e.getLocalizedMessage());
                throw e;
            }
            ensemble = known;
            LOG.debug("Model {}: predictor of {} trees, {} classes", model, known.trees(), known.classes());
        }
        return known;
    }

    private static TreeEnsemble read(AdaptiveModel model, PredictorDescription description, int features)
            throws ModelFormatException {
        Path file = model.file(description.file())
                .orElseThrow(() -> new ModelFormatException(
                        "Model " + model + " names the predictor '" + description.file() + "' but has no such file.",
                        "Install a complete model file."));
        TreeEnsemble ensemble = EnsembleReader.read(bytes(file));
        if (ensemble.features() != features) {
            throw EnsembleReader.unusable("it reads " + ensemble.features() + " features, but '"
                    + description.features() + "' has " + features);
        }
        if (ensemble.classes() != description.classes().size()) {
            throw EnsembleReader.unusable("it has " + ensemble.classes() + " classes, but the model describes "
                    + description.classes().size());
        }
        return ensemble;
    }

    private static byte[] bytes(Path file) throws ModelFormatException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_LIMIT + 1);
            if (bytes.length > FILE_LIMIT) {
                throw EnsembleReader.unusable("it is larger than " + (FILE_LIMIT >> 20) + " MiB");
            }
            return bytes;
        } catch (IOException e) {
            throw new ModelFormatException("The predictor cannot be read: " + e + ".", "Install the model again.", e);
        }
    }
}
