import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a case a line, "CLIENT BUNDLE ROOTS": certificates in base64, joined by commas ("-":
 * none). Answers with "=" when a path for a client is found, else with "!" and the reason.
 * The argument is the moment in milliseconds.
 */
class ChainOracle {
    private static CertificateFactory factory;

    public static void main(String[] arguments) throws Exception {
        factory = CertificateFactory.getInstance("X.509");
        var moment = new Date(Long.parseLong(arguments[0]));
        var lines = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null; ) {
            answers.print(answer(line.split(" "), moment).replaceAll("\\s+", " ") + "\n");
        }
        answers.flush();
    }

    private static String answer(String[] parts, Date moment) {
        try {
            var client = certificates(parts[0]).get(0);
            var bundle = certificates(parts[1]);
            bundle.add(client);
            var anchors = new HashSet<TrustAnchor>();
            for (var root : certificates(parts[2])) {
                anchors.add(new TrustAnchor(root, null));
            }
            var target = new X509CertSelector();
            target.setCertificate(client);
            target.setExtendedKeyUsage(Set.of("1.3.6.1.5.5.7.3.2"));
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(CertStore.getInstance(
                "Collection", new CollectionCertStoreParameters(bundle)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(moment);
            parameters.setMaxPathLength(-1);
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return "=";
        } catch (GeneralSecurityException | IOException | RuntimeException refused) {
            var reason = new StringBuilder("!");
            for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
                reason.append(cause.getMessage()).append("; ");
            }
            return reason.toString();
        }
    }

    private static List<X509Certificate> certificates(String joined)
            throws GeneralSecurityException {
        var found = new ArrayList<X509Certificate>();
        if (!joined.equals("-")) {
            for (var encoded : joined.split(",")) {
                found.add((X509Certificate) factory.generateCertificate(
                    new ByteArrayInputStream(Base64.getDecoder().decode(encoded))));
            }
        }
        return found;
    }
}
