using BackupFabric.Protos.Rest;
using BackupFabric.Server.SignIn;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BackupFabric.Server.Api;

/// <summary>The OpenAPI document: what the endpoints say about themselves, the bearer scheme, and the problem that every failure is.</summary>
internal static class OpenApiSetup
{
    private const string ProblemType = "application/problem+json";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(AddProblemsAsync);
    });

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "BackupFabric",
            Version = "v1",
            Description = "Protects virtual machines. Every failure is a problem with a stable code, a sentence and an advice.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[BearerAuthentication.Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = $"The token of POST {Routes.SignIn}.",
        };
        return Task.CompletedTask;
    }

    private static async Task AddProblemsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemView), null, cancellation);
        operation.Responses ??= new OpenApiResponses();
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "What went wrong, and what to do about it.",
            Content = new Dictionary<string, OpenApiMediaType> { [ProblemType] = new() { Schema = schema } },
        });
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any()) return;
        operation.Security ??= [];
        operation.Security.Add(new OpenApiSecurityRequirement
        {
            [new OpenApiSecuritySchemeReference(BearerAuthentication.Scheme, context.Document)] = [],
        });
    }
}
