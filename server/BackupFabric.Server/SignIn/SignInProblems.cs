using BackupFabric.Protos.V1;

namespace BackupFabric.Server.SignIn;

internal static class SignInProblems
{
    public static Problem Required() => new()
    {
        Code = "sign-in-required",
        Sentence = "This needs a signed-in user.",
        Advice = "Sign in with 'bf login', or send a bearer token from POST /api/v1/sign-in.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem TokenOver() => new()
    {
        Code = "sign-in-expired",
        Sentence = "The bearer token is not valid, or not any more.",
        Advice = "Sign in again with 'bf login'.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem Wrong() => new()
    {
        Code = "sign-in-failed",
        Sentence = "User name and password do not go together.",
        Advice = "Check both. The first account's password is in first-sign-in.txt in the server's data folder until it is removed.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem HeldBack(TimeSpan pause) => new()
    {
        Code = "sign-in-held-back",
        Sentence = $"There were too many wrong passwords; the next try is taken in {Math.Ceiling(pause.TotalSeconds):0} seconds.",
        Advice = "Wait, then try again with the right password.",
        Retry = RetryClass.Soon,
    };

    public static Problem NotPermitted() => new()
    {
        Code = "not-permitted",
        Sentence = "Your role does not permit this.",
        Advice = "Ask an administrator of this server.",
        Retry = RetryClass.AfterOperatorActs,
    };
}
