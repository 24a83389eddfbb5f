"""Do people come in, and does somebody try who should not?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Sign-ins at the board",
        "Within five minutes, by result. Many wrong passwords, and what was slowed down after "
        "them, are somebody who guesses; crowded ones are a flood.",
        [
            (
                "{{result}}",
                "sum by (result) (increase(tillstream_board_sign_ins_total[5m]))",
            )
        ],
    ),
)
