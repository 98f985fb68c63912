/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided before the first layer.
 *
 * @param policy the name of the policy that decided; {@link #STATIC} where none did
 * @param groups every row of the batch is in exactly one
 * @param conversation with the policy, if it wants to be asked again
 * @param flopsPerRow what deciding cost, without the predictor
 */
record Plan(String policy, List<Group> groups, @Nullable PolicyConversation conversation, long flopsPerRow) {
    /** The name in traces where no policy decided. */
    static final String STATIC = "static";
}
