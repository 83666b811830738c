using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.SignIn;

internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Routes.SignIn, (SignInRequest request, SignInDesk desk, HttpContext context, CancellationToken cancellation) =>
                desk.SignInAsync(request, context.Connection.RemoteIpAddress?.ToString() ?? "?", cancellation))
            .AllowAnonymous()
            .WithTags("Sign-in").WithName("SignIn").WithSummary("Exchanges user name and password for a bearer token");
}
