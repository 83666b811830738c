using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core.Utils;

public static class GrpcPreconditions
{
    public static void CheckArgument([DoesNotReturnIf(false)] bool condition)
    {
        if (!condition) throw new ArgumentException("The argument is not valid.");
    }

    public static void CheckArgument([DoesNotReturnIf(false)] bool condition, string errorMessage)
    {
        if (!condition) throw new ArgumentException(errorMessage);
    }

    public static T CheckNotNull<T>([NotNull] T reference) =>
        reference is null ? throw new ArgumentNullException() : reference;

    public static T CheckNotNull<T>([NotNull] T reference, string paramName) =>
        reference is null ? throw new ArgumentNullException(paramName) : reference;

    public static void CheckState([DoesNotReturnIf(false)] bool condition)
    {
        if (!condition) throw new InvalidOperationException();
    }

    public static void CheckState([DoesNotReturnIf(false)] bool condition, string errorMessage)
    {
        if (!condition) throw new InvalidOperationException(errorMessage);
    }
}
