/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.nio.file.Path;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;

/** The model of this repository, for plugins that need weights of a model. */
final class ReferenceModel {
    private static final Path FILE = Path.of("../../models/fashion-vit.tminus");

    private ReferenceModel() {}

    static AdaptiveModel in(Path folder) throws ModelFormatException {
        try (ModelPackage opened = ModelPackage.open(FILE)) {
            return opened.extract(folder);
        }
    }
}
