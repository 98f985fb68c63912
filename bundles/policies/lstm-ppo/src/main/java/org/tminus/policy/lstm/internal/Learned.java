/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PolicyDescription;

/**
 * What is kept of one model: its network, read once, and the plan for its whole menu, which nearly every request can use.
 * A file that cannot be used is reported once and not read again. Does not refer to the model. Thread-safe.
 *
 * @param <T> the kind of plan
 */
final class Learned<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Learned.class);
    private static final int FILE_LIMIT = 16 << 20;

    private volatile @Nullable LstmNetwork network;
    private volatile @Nullable ModelFormatException failure;
    private volatile @Nullable T plan;

    /** The plan for the whole menu; null until one was set. */
    @Nullable
    T plan() {
        return plan;
    }

    void setPlan(T value) {
        plan = value;
    }

    /** @throws ModelFormatException if the model's file is missing, damaged or does not fit its description */
    LstmNetwork network(AdaptiveModel model, PolicyDescription description) throws ModelFormatException {
        LstmNetwork known = network;
        return known != null ? known : load(model, description);
    }

    private synchronized LstmNetwork load(AdaptiveModel model, PolicyDescription description)
            throws ModelFormatException {
        ModelFormatException before = failure;
        if (before != null) {
            throw new ModelFormatException(String.valueOf(before.getMessage()), before.advice(), before);
        }
        LstmNetwork known = network;
        if (known == null) {
            try {
                known = NetworkReader.read(
                        bytes(model, description), description, model.layers().size());
            } catch (ModelFormatException e) {
                // A disk may recover; a bad file stays bad.
                failure = e.getCause() instanceof IOException ? null : e;
                LOG.error(
                        "Model {} goes without its policy {}: {}",
                        model,
                        description.policy(),
                        e.getLocalizedMessage());
                throw e;
            }
            network = known;
        }
        return known;
    }

    private static byte[] bytes(AdaptiveModel model, PolicyDescription description) throws ModelFormatException {
        Path file = model.file(description.file())
                .orElseThrow(() -> NetworkReader.unusable("the model has no file '" + description.file() + "'"));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_LIMIT + 1);
            if (bytes.length > FILE_LIMIT) {
                throw NetworkReader.unusable("it is larger than " + (FILE_LIMIT >> 20) + " MiB");
            }
            return bytes;
        } catch (IOException e) {
            throw NetworkReader.unusable("it cannot be read: " + e, e);
        }
    }
}
