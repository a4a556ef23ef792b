import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/**
 * Reads a name a line, a text in base64 ("T …") or DER in hex ("D …"), and answers with its
 * canonical form in base64 after "=", or with "!" where the name is refused.
 */
class NameOracle {
    public static void main(String[] arguments) throws Exception {
        var lines = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var answers = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        for (String line; (line = lines.readLine()) != null; ) {
            answers.print(answer(line.charAt(0), line.substring(2)) + "\n");
        }
        answers.flush();
    }

    private static String answer(char kind, String name) {
        try {
            var principal = kind == 'T'
                ? new X500Principal(
                    new String(Base64.getDecoder().decode(name), StandardCharsets.UTF_8))
                : new X500Principal(HexFormat.of().parseHex(name));
            var canonical = principal.getName(X500Principal.CANONICAL);
            return "=" + Base64.getEncoder().encodeToString(
                canonical.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException refused) {
            return "!";
        }
    }
}
