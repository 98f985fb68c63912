/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What an operator can do about certificates. A service of the platform. Safe for several threads. */
@ProviderType
public interface CertificateControl {
    /**
     * Takes back every withdrawal for a model, and begins to watch anew. Without a certificate on data from after the
     * alarm this is the operator's own responsibility.
     *
     * @return the operating points that had been withdrawn; empty if none was
     */
    List<String> restore(String model);
}
