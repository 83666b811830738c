using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Tests.Jobs;

public sealed class JobTableTests
{
    /// <summary>Written out by hand: '-' is an error. Columns: Sent Resumed AgentLost Held Deferred Succeeded WithWarnings Failed Cancelled.</summary>
    private static readonly Dictionary<JobState, string> Expected = new()
    {
        [JobState.Queued] = "R--W---FC",
        [JobState.Waiting] = "RRWWQS!FC",
        [JobState.Running] = "-RW-QS!FC",
        [JobState.Succeeded] = "---------",
        [JobState.SucceededWithWarnings] = "---------",
        [JobState.Failed] = "---------",
        [JobState.Cancelled] = "---------",
    };

    [Fact]
    public void Every_pair_of_state_and_event_has_exactly_the_outcome_that_is_written_here()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            foreach (var happened in Enum.GetValues<JobEvent>())
            {
                var letter = Expected[state][(int)happened];
                var known = JobTable.TryNext(state, happened, out var next);
                Assert.True(known == (letter != '-'), $"{state} + {happened}");
                if (known) Assert.Equal(letter, LetterOf(next));
            }
        }
    }

    [Fact]
    public void An_event_that_cannot_be_names_itself_and_the_state()
    {
        var error = Assert.Throws<InvalidOperationException>(() => JobTable.Next(JobState.Failed, JobEvent.Sent));
        Assert.Contains("failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("Sent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_live_state_can_end_and_no_ended_one_comes_back()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            var exits = Enum.GetValues<JobEvent>().Count(happened => JobTable.TryNext(state, happened, out _));
            if (state.HasEnded()) Assert.Equal(0, exits);
            else Assert.True(JobTable.TryNext(state, JobEvent.Failed, out _) && JobTable.TryNext(state, JobEvent.Cancelled, out _));
            Assert.True(JobStates.TryParse(state.Word(), out var parsed) && parsed == state);
        }
    }

    private static char LetterOf(JobState state) => state switch
    {
        JobState.Queued => 'Q',
        JobState.Waiting => 'W',
        JobState.Running => 'R',
        JobState.Succeeded => 'S',
        JobState.SucceededWithWarnings => '!',
        JobState.Failed => 'F',
        _ => 'C',
    };
}
