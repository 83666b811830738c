using System.Globalization;
using System.Text;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Server.Api;

/// <summary>Refuses a gRPC call before its method is reached, with status, sentence and <see cref="Problem"/> as the method would.</summary>
internal static class GrpcRefusal
{
    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        var status = problem.Code == "host-revoked" ? StatusCode.PermissionDenied : StatusCode.Unauthenticated;
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        if (!response.SupportsTrailers())
        {
            // Not HTTP/2: no gRPC client speaks so, but a curious one deserves an answer too.
            response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        response.DeclareTrailer("grpc-status");
        await response.StartAsync(context.RequestAborted);
        response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        response.AppendTrailer("grpc-message", PercentEncode($"{problem.Sentence} {problem.Advice}"));
        response.AppendTrailer(RpcProblems.Trailer, Convert.ToBase64String(problem.ToByteArray()));
        await response.CompleteAsync();
    }

    // gRPC over HTTP/2, "Status-Message": UTF-8 with everything outside printable ASCII, and the percent sign, percent-encoded.
    private static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= 0x20 and <= 0x7E and not (byte)'%') encoded.Append((char)octet);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }
}
