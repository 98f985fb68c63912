/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;

/**
 * What a request is answered under, when certificate and budget have had their say.
 *
 * @param allowed the paths that may answer
 * @param budget what the policy is told to keep
 * @param point the operating point for the policy
 * @param standing how it stands with that point's certificate
 * @param staticPath a path that is certified whatever the input, if only that may answer; else null
 * @param remark why the certificate narrows what may answer, as a sentence; empty if it does not
 * @param required whether nothing uncertified may answer
 */
record Terms(
        Allowed allowed,
        Budget budget,
        @Nullable OperatingPoint point,
        Standing standing,
        @Nullable Path staticPath,
        String remark,
        boolean required) {}
