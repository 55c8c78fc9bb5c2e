package com.example.orders.billing;

import io.taskqueue.sink.jdbc.JdbcEffects;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The service that bills orders. Start as many instances as you like: they share the work. */
@SpringBootApplication
public class BillingApplication {

    public static void main(String[] args) {
        SpringApplication.run(BillingApplication.class, args);
    }

    /** Effects in the transactions of the database; their results are in its table {@code taskqueue_applied}, see schema.sql. */
    @Bean
    JdbcEffects jdbcEffects(DataSource dataSource) {
        return new JdbcEffects(dataSource);
    }
}
